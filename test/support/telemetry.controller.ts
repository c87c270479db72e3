import { Body, Controller, Get, Post, Req } from '@nestjs/common';
import {
  type AnyRequest,
  CurrentSession,
  handleOf,
  LoginService,
  SessionRegistry,
  SessionService,
} from 'nestjs-redis-session';
import { Gates } from './gates.js';

/** What handlers wait at, by application. */
export class TelemetryGates extends Gates {}

/** Routes that do with a session what the others do not: save by hand, update, outgrow, confirm. */
@Controller('telemetry')
export class TelemetryController {
  constructor(
    private readonly sessions: SessionService,
    private readonly registry: SessionRegistry,
    private readonly logins: LoginService,
    private readonly gates: TelemetryGates,
  ) {}

  /** Saves whether or not there is something to save. */
  @Post('save')
  async save(@CurrentSession() session: CurrentSession) {
    await new Promise<void>((resolve, reject) =>
      session.save((error: unknown) => (error ? reject(error) : resolve())),
    );
    return {};
  }

  @Post('update')
  async update(@CurrentSession() session: CurrentSession, @Body() { gate }: { gate?: string }) {
    await this.sessions.update(session, async (data) => {
      if (gate !== undefined) await this.gates.pass(gate);
      data.notes = { ...data.notes, count: Number(data.notes?.count ?? 0) + 1 };
    });
    return { count: session.notes?.count };
  }

  @Post('fill')
  fill(@CurrentSession() session: CurrentSession) {
    session.notes = { much: 'x'.repeat(3_000) };
    return {};
  }

  @Post('stay')
  async stay(@CurrentSession() session: CurrentSession) {
    await this.sessions.touch(session);
    return {};
  }

  /** Throws, in the middle of an update, what has a name and a code that say who it was. */
  @Post('break')
  async break(@CurrentSession() session: CurrentSession) {
    await this.sessions.update(session, () => {
      throw Object.assign(new Error('alice broke it'), { name: 'AliceError', code: 'ALICE' });
    });
  }

  @Post('user')
  user(@Req() request: AnyRequest, @Body() { userId }: { userId: string }) {
    return this.logins.login(request, { account: userId, verify: () => ({ userId }) });
  }

  @Get('list')
  async list(@CurrentSession() session: CurrentSession) {
    const found = await this.registry.list('u1');
    return { isOneOfThem: found.some(({ handle }) => handle === handleOf(session)) };
  }
}
