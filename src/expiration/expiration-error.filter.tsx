import { Catch } from '@nestjs/common';
import type { Refusal } from '../pages/error.filter.js';
import { FormErrorFilter, textOf } from '../pages/form-error.filter.js';
import { CustomCard } from './custom.card.js';

/** Shows the form for a lifetime again. */
@Catch()
export class ExpirationErrorFilter extends FormErrorFilter {
  protected form({ message, problems }: Refusal, { minutes }: Readonly<Record<string, unknown>>) {
    const page = <CustomCard level={1} typed={textOf(minutes)} problem={problems?.['minutes'] ?? message} />;
    return { title: 'Session expiration', page };
  }
}
