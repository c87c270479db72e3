import { Body, Controller, Get, HttpCode, Injectable, Post, Req, UseGuards } from '@nestjs/common';
import {
  type AnyRequest,
  CurrentSession,
  CurrentUser,
  FreshLogin,
  FreshLoginGuard,
  handleOf,
  levelOf,
  LoginService,
  SessionRegistry,
  type SessionUser,
} from 'nestjs-redis-session';
import { Gates } from './gates.js';

/** Passwords by user, and the gates at which handlers wait for the test; one of each for an application. */
@Injectable()
export class Accounts {
  readonly gates = new Gates();
  readonly passwords = new Map<string, string>();

  passwordOf(userId: string): string {
    return this.passwords.get(userId) ?? 'right';
  }
}

interface LoginBody {
  userId: string;
  password?: string;
  roles?: string[];
  rememberMe?: boolean;
  /** Waits here once the password was read, before it is compared. */
  gate?: string;
}

/** What a user does with an account: log in and out, confirm the password, change it, see and end sessions. */
@Controller()
export class AccountController {
  constructor(
    private readonly logins: LoginService,
    private readonly registry: SessionRegistry,
    private readonly accounts: Accounts,
  ) {}

  @Post('login')
  @HttpCode(200)
  login(@Req() request: AnyRequest, @Body() body: LoginBody) {
    return this.logins.login(request, {
      account: body.userId,
      verify: () => this.verify(body),
      rememberMe: body.rememberMe,
    });
  }

  @Post('reauthenticate')
  @HttpCode(200)
  reauthenticate(@Req() request: AnyRequest, @Body() body: LoginBody) {
    return this.logins.reauthenticate(request, { verify: () => this.verify(body) });
  }

  @Post('logout')
  @HttpCode(200)
  async logout(@Req() request: AnyRequest) {
    await this.logins.logout(request);
    return {};
  }

  @Post('change-password')
  @HttpCode(200)
  async changePassword(
    @Req() request: AnyRequest,
    @CurrentUser() { userId }: SessionUser,
    @Body() body: { password: string },
  ) {
    this.accounts.passwords.set(userId, body.password);
    return { ended: await this.logins.credentialsChanged(userId, { keepCurrent: request }) };
  }

  @Get('sessions')
  sessions(@CurrentUser() { userId }: SessionUser) {
    return this.registry.list(userId);
  }

  @UseGuards(FreshLoginGuard)
  @FreshLogin()
  @Get('settings')
  settings() {
    return { open: true };
  }

  @Get('who')
  who(@CurrentUser() user: SessionUser | undefined, @CurrentSession() session: CurrentSession) {
    return {
      userId: user?.userId ?? null,
      roles: user?.roles ?? null,
      level: levelOf(session),
      handle: handleOf(session),
      notes: session.notes ?? null,
      cart: session.cart ?? null,
    };
  }

  @Post('put')
  @HttpCode(200)
  async put(
    @CurrentSession() session: CurrentSession,
    @Body() { gate, ...fields }: { gate?: string; notes?: Record<string, unknown>; cart?: string[] },
  ) {
    if (gate !== undefined) await this.accounts.gates.pass(gate);
    Object.assign(session, fields);
    return {};
  }

  private async verify({ userId, password = 'right', roles, gate }: LoginBody) {
    const known = this.accounts.passwordOf(userId);
    if (gate !== undefined) await this.accounts.gates.pass(gate);
    return password === known ? { userId, roles } : undefined;
  }
}
