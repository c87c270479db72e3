import { Readable } from 'node:stream';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  ForbiddenException,
  Get,
  HttpException,
  type MessageEvent,
  Post,
  Query,
  Redirect,
  Req,
  Res,
  Sse,
  StreamableFile,
  UseGuards,
} from '@nestjs/common';
import type { Session, SessionData } from 'express-session';
import { type AnyRequest, CurrentSession, sessionOf } from 'nestjs-redis-session';
import { concat, defer, from, ignoreElements, type Observable, timer } from 'rxjs';

declare module 'express-session' {
  interface SessionData {
    count: number;
    notes: Record<string, unknown>;
  }
}

type Current = Session & Partial<SessionData>;

/** Changes the session and then refuses. */
class CountingGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    count((await sessionOf(context))!);
    throw new ForbiddenException();
  }
}

/** The parts of both adapters' responses that the handlers below use. */
interface AnyResponse {
  raw?: AnyResponse;
  send(body: unknown): unknown;
  end(body?: string): void;
  write(body: string): boolean;
}

const nodeResponse = (response: AnyResponse): AnyResponse => response.raw ?? response;

const count = (session: Current): number => (session.count = (session.count ?? 0) + 1);

/** One route for every way in which an answer can leave; all but `/read` count in the session. */
@Controller()
export class AnswersController {
  @Get('read')
  read(@CurrentSession() session: Current) {
    return { count: session.count ?? 0 };
  }

  @Get('json')
  json(@CurrentSession() session: Current) {
    return { count: count(session) };
  }

  @Get('throw')
  throw(@CurrentSession() session: Current): never {
    count(session);
    throw new HttpException('no', 418);
  }

  @Get('crash')
  crash(@CurrentSession() session: Current): never {
    count(session);
    throw new Error('a fault of the application with secret details');
  }

  @Get('res')
  res(@CurrentSession() session: Current, @Res() response: AnyResponse): void {
    count(session);
    response.send({ sent: true });
  }

  @Get('res-throw')
  resThrow(@CurrentSession() session: Current, @Res() response: AnyResponse): never {
    count(session);
    response.send({ sent: true });
    throw new Error('too late to matter');
  }

  @Get('res-late')
  resLate(@CurrentSession() session: Current, @Res() response: AnyResponse): void {
    setImmediate(() => {
      count(session);
      response.send({ sent: true });
    });
  }

  @Get('redirect')
  @Redirect('/read')
  redirect(@CurrentSession() session: Current): void {
    count(session);
  }

  @Get('stream')
  stream(@CurrentSession() session: Current): StreamableFile {
    count(session);
    return new StreamableFile(Readable.from(['streamed']));
  }

  @Get('write')
  write(
    @CurrentSession() session: Current,
    @Req() request: { raw?: object },
    @Res() response: AnyResponse,
  ): void {
    count(session);
    if ('hijack' in response) (response as unknown as { hijack(): void }).hijack();
    void request;
    nodeResponse(response).write('written ');
    setImmediate(() => nodeResponse(response).end('by hand'));
  }

  @Get('observable')
  observable(@CurrentSession() session: Current): Observable<unknown> {
    const late = defer(() => from([{ count: count(session) }]));
    return concat(timer(1).pipe(ignoreElements()), late);
  }

  @Sse('events')
  events(): Observable<MessageEvent> {
    return from([{ data: 'one' }]);
  }

  @Get('guarded')
  @UseGuards(CountingGuard)
  guarded(): void {}

  @Post('note')
  note(@CurrentSession() session: Current, @Query('key') key: string, @Query('value') value: string) {
    session.notes = { ...session.notes, [key]: value };
    return session.notes;
  }

  @Post('destroy')
  async destroy(@CurrentSession() session: Current) {
    await new Promise<void>((resolve, reject) =>
      session.destroy((error) => (error ? reject(error) : resolve())),
    );
    return { destroyed: true };
  }

  @Post('regenerate')
  async regenerate(@CurrentSession() session: Current, @Req() request: AnyRequest) {
    await new Promise<void>((resolve, reject) =>
      session.regenerate((error) => (error ? reject(error) : resolve())),
    );
    const fresh = (request as { session: Current }).session;
    fresh.count = 100;
    return { before: session.count, after: fresh.count };
  }

  @Post('lifetime')
  lifetime(@CurrentSession() session: Current, @Query('ms') ms: string) {
    session.cookie.maxAge = Number(ms);
    return { ok: true };
  }

  @Post('save-reload')
  async saveAndReload(@CurrentSession() session: Current, @Req() request: AnyRequest) {
    count(session);
    await new Promise<void>((resolve, reject) =>
      session.save((error) => (error ? reject(error) : resolve())),
    );
    await new Promise<void>((resolve, reject) =>
      session.reload((error) => (error ? reject(error) : resolve())),
    );
    return { count: (request as { session: Current }).session.count };
  }
}
