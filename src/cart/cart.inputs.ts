import { z } from 'zod';
import { line, wholeNumber } from '../pages/inputs.js';
import type { CartItem } from './cart.session.js';
import { productOf } from './products.js';

/** Pieces of one product in a cart. */
export const MOST_PIECES = 99;
const HIGHEST_PRICE = 100_000;
const ID = /^[A-Za-z0-9][\w.-]{0,63}$/;
const ID_RULE =
  'must be a whole number, or 1 to 64 letters, digits, dots, hyphens and underscores that begin with a letter or digit';

/** Numbers are taken as the text that they are in a path, so that `DELETE /cart/7` finds what was added as 7. */
const productId = z
  .union([z.string(), z.int().min(0).transform(String)], ID_RULE)
  .refine((id) => ID.test(id), ID_RULE);

const PRICE_RULE = `must be a number from 0 to ${HIGHEST_PRICE} with at most two decimals`;
const price = z
  .number(PRICE_RULE)
  // The number nearest to so many cents is what such a price is read as, so this is exact.
  .refine(
    (number) => number >= 0 && number <= HIGHEST_PRICE && Math.round(number * 100) / 100 === number,
    PRICE_RULE,
  );

/**
 * What `POST /cart/add` takes, as a line of the cart.
 *
 * The guide lets the client say what a product is called and costs. That is fine for a demonstration, and an invitation to buy for a
 * cent in a shop: of the products that this one sells, the server's own name and price are taken, whatever was sent, and its forms send
 * none. Only what it does not know is taken as the guide does.
 */
export const itemBody = z
  .object(
    { productId, quantity: wholeNumber(1, MOST_PIECES), name: line(120).optional(), price: price.optional() },
    'The body must be a JSON object or a form, with productId, quantity, name and price',
  )
  .transform((body, context): CartItem => {
    const { name, price: each } = productOf(body.productId) ?? body;
    if (name !== undefined && each !== undefined)
      return { productId: body.productId, name, price: each, quantity: body.quantity };
    const missing = { name, price: each };
    for (const [field, value] of Object.entries(missing)) {
      if (value !== undefined) continue;
      context.addIssue({
        code: 'custom',
        path: [field],
        message: 'is needed for a product that this shop does not sell',
      });
    }
    return z.NEVER;
  });

/** What the paths of one line take. */
export const linePath = z.object({ productId });
export type LinePath = z.infer<typeof linePath>;

/** What `POST /cart/:productId/quantity` takes; 0 removes the line. */
export const quantityBody = z.object(
  { quantity: wholeNumber(0, MOST_PIECES) },
  'The body must be a JSON object or a form, with quantity',
);
export type QuantityBody = z.infer<typeof quantityBody>;
