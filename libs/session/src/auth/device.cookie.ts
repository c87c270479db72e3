import { createHmac, timingSafeEqual } from 'node:crypto';
import { stringifySetCookie } from 'cookie';
import { type Milliseconds, randomToken, seconds } from '../common/index.js';
import { cookieIn, cookiePrefix, type ResolvedCookieOptions } from '../http/index.js';

/** 32 random bytes and the HMAC-SHA256 of their text, each in base64url. */
const VALUE = /^([\w-]{43})\.([\w-]{43})$/;
const TOKEN_BYTES = 32;

/**
 * The cookie by which a browser is known again after a login, also after a logout: `device=<token>.<signature>`, with the prefix and the
 * attributes of the session's cookie. It lets nobody in; it only gives attempts of their own to whoever has logged in with it before
 * (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
 */
export class DeviceCookie {
  readonly name: string;

  constructor(
    private readonly options: ResolvedCookieOptions,
    private readonly key: Buffer,
    private readonly keptFor: Milliseconds,
  ) {
    this.name = `${cookiePrefix(options.attributes)}device`;
  }

  /** The token of a `Cookie` header, if it was made here; otherwise `undefined`, never an error. */
  read(header: string | undefined): string | undefined {
    const [, token, signature] = VALUE.exec(cookieIn(header, this.name) ?? '') ?? [];
    if (token === undefined || signature === undefined) return undefined;
    return timingSafeEqual(Buffer.from(this.sign(token)), Buffer.from(signature)) ? token : undefined;
  }

  /** A token that nobody has. */
  newToken(): string {
    return randomToken(TOKEN_BYTES);
  }

  /** The `Set-Cookie` value that gives the browser a token. */
  write(token: string): string {
    return stringifySetCookie(this.name, `${token}.${this.sign(token)}`, {
      ...this.options.attributes,
      maxAge: Math.floor(this.keptFor / seconds(1)),
    });
  }

  private sign(token: string): string {
    return createHmac('sha256', this.key).update(token).digest('base64url');
  }
}
