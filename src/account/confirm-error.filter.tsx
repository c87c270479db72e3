import { Catch } from '@nestjs/common';
import type { Request } from 'express';
import type { Refusal } from '../pages/error.filter.js';
import { FormErrorFilter } from '../pages/form-error.filter.js';
import { frameOf } from '../pages/frame.js';
import { pathHere } from '../pages/return.path.js';
import { ConfirmPage } from './confirm.page.js';

/** Asks for the password again. */
@Catch()
export class ConfirmErrorFilter extends FormErrorFilter {
  protected form(refusal: Refusal, { to }: Readonly<Record<string, unknown>>, request: Request) {
    const page = (
      <ConfirmPage username={frameOf(request).username} to={pathHere(to, '/account')} refusal={refusal} />
    );
    return { title: 'Confirm your password', page };
  }
}
