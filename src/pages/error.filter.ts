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
import { html } from './html.js';
import { wantsPage } from './negotiation.js';
import { page } from './page.layout.js';

/** What a client is told about an error, as JSON; a page shows the same. */
export interface Refusal {
  readonly statusCode: number;
  /** Stable, for programs. */
  readonly code?: string;
  readonly message: string;
}

/** What Nest's exceptions, and ours, hold for clients. */
interface ErrorBody {
  code?: unknown;
  message?: string | string[];
}

/** Answers every error, as JSON or as a page. What was not meant for clients is logged, and they are told nothing of it. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    if (!(error instanceof HttpException)) this.logger.error(error);
    if (response.headersSent) {
      // Half an answer must not pass for a whole one.
      response.destroy();
      return;
    }
    const refusal = refusalFor(error);
    response.status(refusal.statusCode).vary('Accept');
    if (this.wantsPage(request)) response.type('html').send(this.page(refusal, request));
    else response.json(refusal);
  }

  protected wantsPage(request: Request): boolean {
    return wantsPage(request, { otherwise: 'json' });
  }

  protected page({ statusCode, message }: Refusal, _request: Request): string {
    const title = STATUS_CODES[statusCode] ?? 'Error';
    const needsLogin = statusCode === HttpStatus.UNAUTHORIZED;
    return page({
      title,
      body: html`<section>
        <h1>${title}</h1>
        <p>${message}</p>
        ${needsLogin && html`<p><a href="/login">Log in</a></p>`}
        <p><a href="/">Back to the start</a></p>
      </section>`,
    });
  }
}

function refusalFor(error: unknown): Refusal {
  if (!(error instanceof HttpException)) {
    return { statusCode: HttpStatus.INTERNAL_SERVER_ERROR, message: 'Something went wrong here.' };
  }
  const body = error.getResponse();
  const { code, message = error.message } = (
    typeof body === 'string' ? { message: body } : body
  ) as ErrorBody;
  return {
    statusCode: error.getStatus(),
    ...(typeof code === 'string' && { code }),
    message: [message].flat().join('; '),
  };
}
