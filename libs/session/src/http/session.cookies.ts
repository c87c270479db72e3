import { stringifySetCookie } from 'cookie';
import { sign, unsign } from 'cookie-signature';
import type { Cookie } from 'express-session';
import { Clock, remember, SecondText } from '../common/index.js';
import { parseSid, type Sid } from '../store/index.js';
import { cookieIn } from './cookie.header.js';
import type { ResolvedCookieOptions } from './cookie.options.js';

/** Longer values are not looked at: an honest one has about 120 characters, and hashing costs time. */
const LONGEST_VALUE = 1024;

/** Cookies whose signature was right, so that it is worked out once a browser and not once a request. A few megabytes, which wrong ones cannot fill. */
const MOST_VERIFIED = 10_000;

/**
 * Reads and writes the session cookie: `s:<sid>.<HMAC-SHA256>`, as express-session signs it.
 */
export class SessionCookies {
  /** Ids by the cookie's value. */
  private readonly verified = new Map<string, Sid>();
  /** Ids by the whole header, which may have other cookies that change all the time. Apart, because a header may be nothing but a value. */
  private readonly headers = new Map<string, Sid>();

  /** Values by id: a session that is written at each request has the same one each time. */
  private readonly signed = new Map<string, string>();
  /** The last date in words. */
  private readonly date = new SecondText((instant) => instant.toUTCString());
  /** The last attributes in words. */
  private last:
    (Pick<Cookie, 'path' | 'domain' | 'httpOnly' | 'secure' | 'sameSite'> & { text: string }) | undefined;

  constructor(
    private readonly options: ResolvedCookieOptions,
    private readonly secrets: readonly [string, ...string[]],
    private readonly clock: Clock,
  ) {}

  /** The id in a `Cookie` header, if it stands there once and one of the secrets signed it; otherwise `undefined`, never an error. */
  read(header: string | undefined): Sid | undefined {
    if (header === undefined) return undefined;
    const known = this.headers.get(header);
    if (known !== undefined) return known;
    const found = cookieIn(header, this.options.name);
    if (found === undefined) return undefined;
    const sid = this.verified.get(found) ?? this.verify(found);
    if (sid === undefined) return undefined;
    remember(this.verified, found, sid, MOST_VERIFIED);
    if (header.length <= LONGEST_VALUE) remember(this.headers, header, sid, MOST_VERIFIED);
    return sid;
  }

  /** The `Set-Cookie` value that gives the browser an id, living as long as the session's own cookie says. */
  write(sid: string, cookie: Cookie): string {
    const { expires } = cookie;
    const isDate = expires instanceof Date && !Number.isNaN(expires.getTime());
    const life = isDate ? this.lifeUntil(expires) : '';
    return `${this.options.name}=${this.sign(sid)}${life}${this.attributesOf(cookie)}`;
  }

  /** The `Set-Cookie` value that makes the browser forget the id. */
  clear(): string {
    return stringifySetCookie(this.options.name, '', {
      ...this.options.attributes,
      expires: new Date(0),
      maxAge: 0,
    });
  }

  /** Also the seconds left, because they hold even where the browser's clock is wrong (RFC 6265, section 5.3). */
  private lifeUntil(expires: Date): string {
    const left = Math.max(0, Math.round((expires.getTime() - this.clock.now()) / 1000));
    return `; Max-Age=${left}; Expires=${this.date.of(expires)}`;
  }

  /** What stands behind the value and its life: the same of nearly all cookies. */
  private attributesOf({ path, domain, httpOnly, secure, sameSite }: Cookie): string {
    const { last } = this;
    if (
      last !== undefined &&
      last.path === path &&
      last.domain === domain &&
      last.httpOnly === httpOnly &&
      last.secure === secure &&
      last.sameSite === sameSite
    )
      return last.text;
    const { name } = this.options;
    const line = stringifySetCookie(name, '', {
      path: path ?? '/',
      domain,
      httpOnly: httpOnly !== false,
      secure: secure === true,
      sameSite,
    });
    const text = line.slice(`${name}=`.length);
    this.last = { path, domain, httpOnly, secure, sameSite, text };
    return text;
  }

  /** The cookie's value for an id. */
  private sign(sid: string): string {
    const known = this.signed.get(sid);
    if (known !== undefined) return known;
    const value = encodeURIComponent(`s:${sign(sid, this.secrets[0])}`);
    remember(this.signed, sid, value, MOST_VERIFIED);
    return value;
  }

  private verify(encoded: string): Sid | undefined {
    if (encoded.length > LONGEST_VALUE) return undefined;
    let value: string;
    try {
      value = decodeURIComponent(encoded);
    } catch {
      return undefined;
    }
    if (!value.startsWith('s:') || value.lastIndexOf('.') < 3) return undefined;
    for (const secret of this.secrets) {
      const sid = unsign(value.slice(2), secret);
      if (sid !== false) return parseSid(sid);
    }
    return undefined;
  }
}
