import { Controller, Get, Post, Req } from '@nestjs/common';
import {
  type AnyRequest,
  CurrentSession,
  LoginService,
  PassiveSession,
  SessionService,
} from 'nestjs-redis-session';

/** What happens between the load of a session and the handler's touch; a test sets it. */
export const between: { happens: () => Promise<unknown> } = { happens: () => Promise.resolve() };

@Controller()
export class TimeController {
  constructor(
    private readonly sessions: SessionService,
    private readonly logins: LoginService,
  ) {}

  @PassiveSession()
  @Get('time-left')
  timeLeft(@CurrentSession() session: CurrentSession) {
    return { timeLeft: this.sessions.timeLeft(session) };
  }

  @PassiveSession()
  @Get('poll')
  poll(@CurrentSession() session: CurrentSession) {
    session.count = (session.count ?? 0) + 1;
    return { timeLeft: this.sessions.timeLeft(session) };
  }

  @PassiveSession()
  @Post('stay')
  async stay(@CurrentSession() session: CurrentSession) {
    await between.happens();
    await this.sessions.touch(session);
    return { timeLeft: this.sessions.timeLeft(session) };
  }

  @PassiveSession()
  @Get('life')
  life(@CurrentSession() session: CurrentSession) {
    return { ...this.sessions.life(session), timeouts: this.sessions.timeouts };
  }

  @PassiveSession()
  @Post('update')
  async update(@CurrentSession() session: CurrentSession) {
    await this.sessions.update(session, (data) => (data.count = (data.count ?? 0) + 1));
    return { timeLeft: this.sessions.timeLeft(session) };
  }

  @Post('login/admin')
  async login(@Req() request: AnyRequest) {
    await this.logins.login(request, {
      account: 'admin',
      verify: () => ({ userId: 'u-9', roles: ['admin'] }),
      rememberMe: false,
    });
    return {};
  }

  @Post('login/remembered')
  async remembered(@Req() request: AnyRequest) {
    await this.logins.login(request, {
      account: 'alice',
      verify: () => ({ userId: 'u-1' }),
      rememberMe: true,
    });
    return {};
  }
}
