import type { ResolvedCookieOptions } from '../http/index.js';
import type { ResolvedRememberMeOptions } from '../remember-me/index.js';
import type { ResolvedSessionOptions } from '../session/index.js';
import type { ResolvedAuthOptions } from './auth.options.js';
import type { Identity } from './session.user.js';

/**
 * What `verify` returns if the account exists and the password is wrong. The client is told the same as if it did not exist; failures in
 * a row are counted only on accounts that do (`loginAttempts.disableAfter`).
 *
 * @example verify: async () => (await isRight(user, password)) ? user : new WrongPassword(user.userId)
 */
export class WrongPassword {
  constructor(
    /** Whose password it was not. */
    readonly userId: string,
  ) {}
}

/**
 * What the application's own check gives: the user; {@link WrongPassword}; or one of the others if there is no such account, or it does
 * not say.
 */
export type Verified<I extends Identity> = I | WrongPassword | undefined | null | false;

/** One attempt to log in. */
export interface LoginAttempt<I extends Identity> {
  /**
   * The name that was typed, at most 256 characters. Attempts are counted on it, so where people may type one of several names, such as
   * the mail address, look the account up first and give the same text for all of them.
   */
  account: string;
  /**
   * The application's own check of the password: the user, or {@link WrongPassword}, `undefined`, `null` or `false`. If it throws, the
   * attempt does not count, unless it throws an `HttpException` below 500.
   */
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
