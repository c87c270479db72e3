import { Catch, HttpStatus } from '@nestjs/common';
import type { Request } from 'express';
import type { Refusal } from '../pages/error.filter.js';
import { FormErrorFilter } from '../pages/form-error.filter.js';
import { frameOf } from '../pages/frame.js';
import { LogInFirstPage, PreferencesPage } from './preferences.page.js';

/** Shows the form again, with what was typed and what is wrong with it. */
@Catch()
export class PreferencesErrorFilter extends FormErrorFilter {
  protected form(
    { statusCode, message, problems = {} }: Refusal,
    typed: Readonly<Record<string, unknown>>,
    request: Request,
  ) {
    if (statusCode === HttpStatus.UNAUTHORIZED) {
      const { login } = frameOf(request);
      return { title: 'Preferences', page: <LogInFirstPage message={message} login={login} /> };
    }
    return { title: 'Preferences', page: <PreferencesPage values={typed} problems={problems} /> };
  }
}
