import { Catch } from '@nestjs/common';
import type { Refusal } from '../pages/error.filter.js';
import { FormErrorFilter, textOf } from '../pages/form-error.filter.js';
import { FindCard } from './blocks.page.js';

/** Shows the form for finding again. */
@Catch()
export class BlocksErrorFilter extends FormErrorFilter {
  protected form({ message, problems }: Refusal, typed: Readonly<Record<string, unknown>>) {
    const sought = { account: textOf(typed['account']), address: textOf(typed['address']) };
    const page = <FindCard level={1} sought={sought} problem={message} problems={problems} />;
    return { title: 'Blocks', page };
  }
}
