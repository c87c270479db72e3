import { ConflictException, HttpStatus, Injectable } from '@nestjs/common';
import { type CurrentSession, SessionService } from 'nestjs-redis-session';
import { MOST_PIECES } from './cart.inputs.js';
import type { CartItem } from './cart.session.js';

/** Lines of one cart: every request loads the whole session, and nobody may fill Redis with one. */
const MOST_LINES = 30;

/**
 * Changes the cart of a session.
 *
 * What a change leads to depends on what was there before, and two tabs may be at it at once. So each one goes through
 * `SessionService.update()`, which runs it on the newest cart and again if another request was faster; nothing is lost.
 */
@Injectable()
export class CartService {
  constructor(private readonly sessions: SessionService) {}

  /** Adds pieces of a product, to the line that is there if there is one. @throws 409 `QUANTITY_LIMIT`, `CART_FULL` */
  add(session: CurrentSession, item: CartItem): Promise<CartItem[]> {
    return this.change(session, (items) => {
      const line = items.find(({ productId }) => productId === item.productId);
      if (line === undefined) {
        if (items.length >= MOST_LINES) {
          throw conflict('CART_FULL', `A cart holds at most ${MOST_LINES} different products.`);
        }
        return [...items, item];
      }
      const quantity = line.quantity + item.quantity;
      if (quantity > MOST_PIECES) {
        throw conflict(
          'QUANTITY_LIMIT',
          `A cart holds at most ${MOST_PIECES} pieces of a product; of this one it has ${line.quantity}.`,
        );
      }
      return items.map((one) => (one === line ? { ...line, quantity } : one));
    });
  }

  /** Sets how many pieces a line has; 0 removes it. @throws 409 `NOT_IN_CART` */
  setQuantity(session: CurrentSession, productId: string, quantity: number): Promise<CartItem[]> {
    return this.change(session, (items) => {
      if (!items.some((item) => item.productId === productId)) {
        throw conflict('NOT_IN_CART', 'This product is not in the cart any more.');
      }
      return quantity === 0
        ? without(items, productId)
        : items.map((item) => (item.productId === productId ? { ...item, quantity } : item));
    });
  }

  /** Removes a line. One that is not there is no error. */
  remove(session: CurrentSession, productId: string): Promise<CartItem[]> {
    return this.change(session, (items) => without(items, productId));
  }

  private change(session: CurrentSession, to: (items: CartItem[]) => CartItem[]): Promise<CartItem[]> {
    return this.sessions.update(session, (data) => {
      const before = data.cart ?? [];
      const after = to(before);
      // Whoever removes something from no cart gets none, and no session for it.
      if (data.cart !== undefined || after.length > 0) data.cart = after;
      return after;
    });
  }
}

const without = (items: CartItem[], productId: string): CartItem[] =>
  items.filter((item) => item.productId !== productId);

/** 409 with a code that programs can rely on. */
function conflict(code: string, message: string): ConflictException {
  return new ConflictException({ statusCode: HttpStatus.CONFLICT, code, message });
}
