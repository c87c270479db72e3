import 'express-session';

/** One line of a cart, as the guide keeps it. */
export interface CartItem {
  productId: string;
  name: string;
  /** Of one piece, in euros with at most two decimals. */
  price: number;
  quantity: number;
}

declare module 'express-session' {
  interface SessionData {
    /** What this visitor wants to buy. `auth.carryOver` names it, so that it survives the login; the logout ends it. */
    cart: CartItem[];
  }
}
