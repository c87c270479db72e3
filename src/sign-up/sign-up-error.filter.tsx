import { type ArgumentsHost, Catch, HttpStatus } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Refusal } from '../pages/error.filter.js';
import { FormErrorFilter } from '../pages/form-error.filter.js';
import { Card } from '../pages/parts.js';
import { SignUpException } from './sign-up.exception.js';
import { pageOf } from './sign-up.page.js';
import { SignUpService } from './sign-up.service.js';
import { STEPS } from './sign-up.steps.js';

/** Shows the step again that was filled in wrongly, or leads to the one that comes first. */
@Catch()
export class SignUpErrorFilter extends FormErrorFilter {
  constructor(private readonly signUps: SignUpService) {
    super();
  }

  override catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const leadsTo = error instanceof SignUpException ? error.leadsTo : undefined;
    if (leadsTo === undefined || !this.wantsPage(request)) {
      super.catch(error, host);
      return;
    }
    const response = host.switchToHttp().getResponse<Response>();
    response.vary('Accept').status(HttpStatus.SEE_OTHER).location(leadsTo).end();
  }

  protected form(
    { code, message, problems }: Refusal,
    typed: Readonly<Record<string, unknown>>,
    request: Request,
  ) {
    if (code === 'ALREADY_LOGGED_IN') {
      const page = (
        <Card title="You have an account" level={1}>
          <p>{message}</p>
        </Card>
      );
      return { title: 'Sign up', page };
    }
    const place = STEPS.find((step) => request.path.toLowerCase().includes(`/${step}`)) ?? 'account';
    const draft = this.signUps.draftOf(request.session);
    const { title, page } = pageOf(place, { draft, typed, problems, refusal: message });
    return { title, page: page() };
  }
}
