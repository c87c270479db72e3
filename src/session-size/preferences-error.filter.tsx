import { Catch, HttpStatus } from '@nestjs/common';
import type { Refusal } from '../pages/error.filter.js';
import { FormErrorFilter } from '../pages/form-error.filter.js';
import { LogInFirstPage, PreferencesPage } from './preferences.page.js';

/** Shows the form again, with what was typed and what is wrong with it. */
@Catch()
export class PreferencesErrorFilter extends FormErrorFilter {
  protected form({ statusCode, message, problems = {} }: Refusal, typed: Readonly<Record<string, unknown>>) {
    if (statusCode === HttpStatus.UNAUTHORIZED) {
      return { title: 'Preferences', page: <LogInFirstPage message={message} /> };
    }
    return { title: 'Preferences', page: <PreferencesPage values={typed} problems={problems} /> };
  }
}
