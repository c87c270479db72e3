import { Catch } from '@nestjs/common';
import type { Request } from 'express';
import type { Refusal } from '../pages/error.filter.js';
import { FormErrorFilter } from '../pages/form-error.filter.js';
import { frameOf } from '../pages/frame.js';
import { PasswordPage } from './password.page.js';

/** Shows the form for a new password again; what was typed is not sent back. */
@Catch()
export class PasswordErrorFilter extends FormErrorFilter {
  protected form(refusal: Refusal, _typed: Readonly<Record<string, unknown>>, request: Request) {
    const page = <PasswordPage username={frameOf(request).username} refusal={refusal} />;
    return { title: 'Change your password', page };
  }
}
