import type { ResolvedCookieOptions } from '../http/index.js';
import type { ResolvedRememberMeOptions } from '../remember-me/index.js';
import type { ResolvedSessionOptions } from '../session/index.js';
import type { ResolvedAuthOptions } from './auth.options.js';
import type { Identity } from './session.user.js';

/** What the application's own check gives: the user, or one of these if the password is wrong. */
export type Verified<I extends Identity> = I | undefined | null | false;

/** One attempt to log in. */
export interface LoginAttempt<I extends Identity> {
  /** The name that was typed. */
  account: string;
  /** The application's own check of the password: the user, or `undefined`, `null` or `false` if it is wrong. */
  verify: () => Promise<Verified<I>> | Verified<I>;
  /**
   * Whether "remember me" was ticked, by the user's own act (ASVS 7.6.2). `false` gives a cookie that ends with the browser.
   *
   * @default undefined: there is no such box, and the cookie is as it is for everybody
   */
  rememberMe?: boolean;
  /**
   * Fields to put into the user's session at once, so that the login stores it only once.
   *
   * @example data: (user) => ({ username: user.name })
   */
  data?: (identity: I) => Record<string, unknown>;
}

/** The password once more, of somebody who is logged in. */
export interface Reauthentication<I extends Identity> {
  /** As in {@link LoginAttempt}; it must name the user who is logged in. */
  verify: () => Promise<Verified<I>> | Verified<I>;
}

/** The options of the rooms that a login brings together. */
export interface LoginOptions {
  auth: ResolvedAuthOptions;
  cookie: ResolvedCookieOptions;
  session: ResolvedSessionOptions;
  rememberMe: ResolvedRememberMeOptions;
}
