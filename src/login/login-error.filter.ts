import { Catch, HttpStatus } from '@nestjs/common';
import type { Request } from 'express';
import { ErrorFilter, type Refusal } from '../pages/error.filter.js';
import { isForm, wantsPage } from '../pages/negotiation.js';
import { loginPage } from './login.page.js';

/** Shows the form again to whoever filled it in wrongly. */
@Catch()
export class LoginErrorFilter extends ErrorFilter {
  protected override wantsPage(request: Request): boolean {
    return wantsPage(request, { otherwise: isForm(request) ? 'page' : 'json' });
  }

  protected override page(refusal: Refusal, request: Request): string {
    const { statusCode, message } = refusal;
    if (statusCode !== HttpStatus.UNAUTHORIZED && statusCode !== HttpStatus.BAD_REQUEST)
      return super.page(refusal, request);
    const { username } = (request.body ?? {}) as { username?: unknown };
    return loginPage({ typed: typeof username === 'string' ? username : undefined, problem: message });
  }
}
