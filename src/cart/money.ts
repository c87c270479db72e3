import type { CartItem } from './cart.session.js';

const EUROS = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' });

/** The price of a line in whole cents: in euros, 3 * 9.95 is 29.849999999999998. */
export function centsOf({ price, quantity }: Pick<CartItem, 'price' | 'quantity'>): number {
  return Math.round(price * 100) * quantity;
}

/** The price of a whole cart, in cents. */
export function sumOf(items: readonly CartItem[]): number {
  return items.reduce((sum, item) => sum + centsOf(item), 0);
}

/** For people. @param cents a whole number */
export function inEuros(cents: number): string {
  return EUROS.format(cents / 100);
}
