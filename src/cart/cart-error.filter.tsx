import { Catch } from '@nestjs/common';
import type { Request } from 'express';
import type { Refusal } from '../pages/error.filter.js';
import { FormErrorFilter } from '../pages/form-error.filter.js';
import { CartPage } from './cart.page.js';

/** Shows the cart as it is, and why it was not changed. */
@Catch()
export class CartErrorFilter extends FormErrorFilter {
  protected form({ message }: Refusal, _typed: Readonly<Record<string, unknown>>, { session }: Request) {
    return { title: 'Cart', page: <CartPage items={session.cart ?? []} problem={message} /> };
  }
}
