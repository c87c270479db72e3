import { randomUUID } from 'node:crypto';
import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Session } from 'express-session';
import {
  type AnyRequest,
  CurrentSession,
  CurrentUser,
  LoginService,
  rawRequest,
  type SessionUser,
} from 'nestjs-redis-session';

type Fields = Record<string, unknown>;
type AnySession = Session & Fields;

/** What a handler that waits is told: `key` may be a path (`cart.milk`), `gate` is where it waits with the session loaded. */
interface Change {
  key: string;
  value?: string;
  gate?: string;
}

/** A place where a handler waits until the test lets it go on; no test needs to guess how long something takes. */
class Waiting {
  arrive!: () => void;
  open!: () => void;
  readonly arrived = new Promise<void>((resolve) => (this.arrive = resolve));
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}

/** Routes for races: each can be stopped between load and save, with the session in its hands. */
@Controller()
export class RaceController {
  private readonly gates = new Map<string, Waiting>();

  constructor(private readonly logins: LoginService) {}

  /** Answers once a handler waits at the gate. */
  @Get('gates/:name')
  async arrived(@Param('name') name: string): Promise<void> {
    await this.gate(name).arrived;
  }

  /** Lets the handler at the gate go on. */
  @Post('gates/:name')
  open(@Param('name') name: string): void {
    this.gate(name).open();
  }

  @Get('data')
  async data(@CurrentSession() session: AnySession, @Query() { gate }: Change): Promise<Fields> {
    const { cookie: _cookie, ...data } = session;
    await this.pass(gate);
    return data;
  }

  /** Who is logged in, and what `set` put there. */
  @Get('who')
  who(@CurrentSession() { n }: AnySession, @CurrentUser() user: SessionUser | undefined): Fields {
    return { userId: user?.userId, n };
  }

  @Post('set')
  async set(@CurrentSession() session: AnySession, @Query() change: Change): Promise<Fields> {
    put(session, change.key.split('.'), change.value);
    await this.pass(change.gate);
    return { set: change.key };
  }

  /** As `set`, but the answer is sent by hand. */
  @Post('set-by-hand')
  async setByHand(
    @CurrentSession() session: AnySession,
    @Query() change: Change,
    @Res() response: { send(body: unknown): unknown },
  ): Promise<void> {
    put(session, change.key.split('.'), change.value);
    await this.pass(change.gate);
    response.send({ set: change.key });
  }

  @Post('unset')
  async unset(@CurrentSession() session: AnySession, @Query() change: Change): Promise<Fields> {
    put(session, change.key.split('.'), undefined);
    await this.pass(change.gate);
    return { unset: change.key };
  }

  @Post('login')
  async login(@Req() request: AnyRequest): Promise<Fields> {
    await this.logins.login(request, {
      account: 'alice',
      // A user of its own for each session, so that ending all of one's sessions ends one.
      verify: () => ({ userId: randomUUID() }),
    });
    return { loggedIn: true };
  }

  @Post('logout')
  async logout(@Req() request: AnyRequest): Promise<Fields> {
    await this.logins.logout(request);
    return { loggedOut: true };
  }

  @Post('destroy')
  async destroy(@CurrentSession() session: AnySession): Promise<Fields> {
    await called((done) => session.destroy(done));
    return { destroyed: true };
  }

  @Post('regenerate')
  async regenerate(@CurrentSession() session: AnySession, @Req() request: AnyRequest): Promise<Fields> {
    await called((done) => session.regenerate(done));
    put(rawRequest(request).session as AnySession, ['regenerated'], 'yes');
    return { regenerated: true };
  }

  private async pass(name: string | undefined): Promise<void> {
    if (name === undefined) return;
    const gate = this.gate(name);
    gate.arrive();
    await gate.opened;
  }

  private gate(name: string): Waiting {
    const gate = this.gates.get(name) ?? new Waiting();
    this.gates.set(name, gate);
    return gate;
  }
}

function put(fields: Fields, [name, ...rest]: string[], value: string | undefined): void {
  if (name === undefined) return;
  if (rest.length > 0) put((fields[name] ??= {}) as Fields, rest, value);
  else if (value === undefined) Reflect.deleteProperty(fields, name);
  else fields[name] = value;
}

function called(work: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => work((error) => (error ? reject(error) : resolve())));
}
