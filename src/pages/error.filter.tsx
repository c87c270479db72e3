import { STATUS_CODES } from 'node:http';
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  HttpStatus,
  Logger,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { isDatabaseAway, loggable } from '../database/database.failure.js';
import { frameOf } from './frame.js';
import { render } from './layout.js';
import { wantsPage } from './negotiation.js';
import { Card } from './parts.js';
import { pageOf } from './return.path.js';

/** What a client is told about an error, as JSON; a page shows the same. */
export interface Refusal {
  readonly statusCode: number;
  /** Stable, for programs. */
  readonly code?: string;
  readonly message: string;
  /** What is wrong with which field of the input. */
  readonly problems?: Readonly<Record<string, string>>;
}

/** What Nest's exceptions, and ours, hold for clients. */
interface ErrorBody {
  code?: unknown;
  message?: string | string[];
  problems?: Refusal['problems'];
}

/** Answers every error, as JSON or as a page. What was not meant for clients is logged, and they are told nothing of it. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    if (isDatabaseAway(error)) this.logger.warn((loggable(error) as Error).message);
    else if (!(error instanceof HttpException)) this.logger.error(loggable(error));
    if (response.headersSent) {
      // Half an answer must not pass for a whole one.
      response.destroy();
      return;
    }
    const refusal = refusalFor(error);
    response.vary('Accept');
    if (refusal.code === 'FRESH_LOGIN_REQUIRED' && this.wantsPage(request)) {
      const to = new URLSearchParams({ to: pageOf(request) });
      response.redirect(HttpStatus.SEE_OTHER, `${CONFIRM}?${to}`);
      return;
    }
    response.status(refusal.statusCode);
    if (refusal === DATABASE_AWAY) response.set('Retry-After', '1');
    if (this.wantsPage(request)) response.type('html').send(this.page(refusal, request));
    else response.json(refusal);
  }

  protected wantsPage(request: Request): boolean {
    return wantsPage(request, { otherwise: 'json' });
  }

  protected page({ statusCode, message }: Refusal, request: Request): string {
    const title = STATUS_CODES[statusCode] ?? 'Error';
    return render({
      title,
      frame: frameOf(request),
      children: (
        <Card title={title} level={1}>
          <p>{message}</p>
          <p class="row">
            {statusCode === HttpStatus.UNAUTHORIZED && (
              <a class="button" href={frameOf(request).login}>
                Log in
              </a>
            )}
            <a href="/">Back to the start</a>
          </p>
        </Card>
      ),
    });
  }
}

/** Where the password is asked for once more; it leads back from there. */
const CONFIRM = '/account/confirm';

const DATABASE_AWAY: Refusal = {
  statusCode: HttpStatus.SERVICE_UNAVAILABLE,
  code: 'DATABASE_UNAVAILABLE',
  message: 'The database does not answer. Please try again in a moment.',
};

function refusalFor(error: unknown): Refusal {
  if (isDatabaseAway(error)) return DATABASE_AWAY;
  if (!(error instanceof HttpException)) {
    return { statusCode: HttpStatus.INTERNAL_SERVER_ERROR, message: 'Something went wrong here.' };
  }
  const body = error.getResponse();
  const {
    code,
    message = error.message,
    problems,
  } = (typeof body === 'string' ? { message: body } : body) as ErrorBody;
  return {
    statusCode: error.getStatus(),
    ...(typeof code === 'string' && { code }),
    message: [message].flat().join('; '),
    ...(problems && { problems }),
  };
}
