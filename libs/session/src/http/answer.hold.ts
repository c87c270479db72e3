import type { ServerResponse } from 'node:http';
import { HttpException, HttpStatus, Logger } from '@nestjs/common';
import { RETRY_AFTER_SECONDS } from '../common/index.js';
import { addCookies } from './answer.cookies.js';

/** What there is to do for a session: it was changed, or only its activity is to be noted. */
export type SessionWork = 'change' | 'activity';

/** Headers that describe the answer which is not sent after all. */
const OF_THE_BODY =
  /^(content-|transfer-encoding|etag|last-modified|location|set-cookie|cache-control|expires|link)/i;

type Arguments<Name extends 'writeHead' | 'write' | 'end'> = Parameters<ServerResponse[Name]>;

/** What is to be saved before an answer leaves, and the cookies that go with it; see RequestSession. */
export interface AnswerSession {
  isChanged(): boolean;
  work(): SessionWork | undefined;
  commit(work: SessionWork): Promise<void>;
  cookiesForAnswer(): string[];
}

/** What an answer leaves by. */
export type AnswerMethods = Pick<ServerResponse, 'writeHead' | 'write' | 'end' | 'flushHeaders'>;

/**
 * Holds back the answer until the session is saved, wherever the answer comes from: a handler, `@Res()`, a filter, other
 * middleware, a 404.
 *
 * headers not out yet: hold `end` (and a `writeHead` just before it, as Fastify does), save, then let go; 503 if that fails
 * headers out already: save, and cut the connection if that fails, so that nobody takes half an answer for a whole one
 */
export class AnswerHold {
  private heldHead: Arguments<'writeHead'> | undefined;
  private isHeld = false;
  // Node's own methods call each other (`end` calls `writeHead`); those calls go straight through.
  isInside = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly session: AnswerSession,
    /** What is behind the methods of answer.methods.ts. */
    private readonly own: AnswerMethods,
  ) {}

  writeHead(args: Arguments<'writeHead'>): ServerResponse {
    if (this.isInside) return this.through('writeHead', args);
    if (this.session.work() !== undefined) this.heldHead = args;
    else this.headNow(args);
    return this.response;
  }

  write(args: Arguments<'write'>): boolean {
    this.startEarly();
    return this.through('write', args);
  }

  flushHeaders(): void {
    this.startEarly();
    this.through('flushHeaders', []);
  }

  end(args: Arguments<'end'>): ServerResponse {
    const { response, session } = this;
    if (this.isInside) return this.through('end', args);
    if (this.isHeld) return response;
    const work = session.work();
    if (work === undefined) {
      this.letGo(args);
      return response;
    }
    this.isHeld = true;
    claimSent(response, true);
    session
      .commit(work)
      .finally(() => claimSent(response, false))
      .then(() => this.letGo(args))
      .catch((error: unknown) => {
        this.heldHead = undefined;
        refuse(response, error, (body) => this.through('end', [body, 'utf8']));
      });
    return response;
  }

  /** The headers leave before the end: what changed so far is saved at once, and the cookie goes with them. */
  private startEarly(): void {
    const { response, session } = this;
    const isFirst = this.heldHead !== undefined || !response.headersSent;
    if (!isFirst || this.isInside) return;
    const isChanged = session.isChanged();
    this.releaseHead();
    if (isChanged) session.commit('change').catch((error: unknown) => refuse(response, error));
  }

  private letGo(args: Arguments<'end'>): void {
    this.releaseHead();
    this.through('end', args);
  }

  private releaseHead(): void {
    const { heldHead } = this;
    if (heldHead !== undefined) {
      this.heldHead = undefined;
      this.headNow(heldHead);
    } else if (!this.response.headersSent) addCookies(this.response, cookiesOf(this.session), []);
  }

  private headNow(args: Arguments<'writeHead'>): void {
    addCookies(this.response, cookiesOf(this.session), args);
    this.through('writeHead', args);
  }

  /** What was in its place before. */
  private through<Name extends keyof AnswerMethods>(
    name: Name,
    args: unknown[],
  ): ReturnType<ServerResponse[Name]> {
    const wasInside = this.isInside;
    this.isInside = true;
    try {
      return Reflect.apply(this.own[name] as () => ReturnType<ServerResponse[Name]>, this.response, args);
    } finally {
      this.isInside = wasInside;
    }
  }
}

/** To everybody else an answer that is held is on its way: what comes after it, such as a filter, must not change it. */
function claimSent(response: ServerResponse, isSent: boolean): void {
  for (const name of ['headersSent', 'writableEnded'] as const) {
    if (isSent) Object.defineProperty(response, name, { configurable: true, get: () => true });
    else Reflect.deleteProperty(response, name);
  }
}

/** The cookies of the answer. What cannot be written is left out, because an answer on its way must not get stuck. */
function cookiesOf(session: AnswerSession): string[] {
  try {
    return session.cookiesForAnswer();
  } catch (error) {
    new Logger('SessionModule').error(error);
    return [];
  }
}

/** Answers with the refusal in place of what was held back, or cuts the connection if the headers are out. */
function refuse(response: ServerResponse, error: unknown, end?: (body: string) => void): void {
  const status = error instanceof HttpException ? error.getStatus() : HttpStatus.INTERNAL_SERVER_ERROR;
  if (!(error instanceof HttpException)) new Logger('SessionModule').error(error);
  if (response.headersSent || end === undefined) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) if (OF_THE_BODY.test(name)) response.removeHeader(name);
  const body = JSON.stringify(
    error instanceof HttpException
      ? error.getResponse()
      : { statusCode: status, message: 'Internal server error' },
  );
  response.statusCode = status;
  response.statusMessage = '';
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.setHeader('Cache-Control', 'no-store');
  if (status === HttpStatus.SERVICE_UNAVAILABLE) response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
  end(body);
}
