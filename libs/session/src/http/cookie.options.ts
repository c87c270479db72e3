import { checkBoolean, checkNames, checkText, checkWord, InvalidOptionError } from '../common/index.js';

/** The session cookie. It never carries data, only an id that is signed. */
export interface SessionCookieOptions {
  /**
   * Its name. `__Host-` makes browsers refuse it from other hosts and without TLS (ASVS 3.3.3).
   *
   * @default "__Host-sid", or "sid" where `secure` is false, or "__Secure-sid" where `domain` is set
   */
  name?: string;
  /**
   * Sent over TLS only (ASVS 3.3.1).
   *
   * @default true; false while NODE_ENV is not "production", so that http://localhost works
   */
  secure?: boolean;
  /**
   * Out of reach of scripts (ASVS 3.3.4). Only the guide's sample of a debugging page would turn it off.
   *
   * @default true
   */
  httpOnly?: boolean;
  /**
   * `lax` sends it with top-level navigation from other sites and with nothing else from there. `none` needs `secure`.
   *
   * @default "lax"
   */
  sameSite?: 'lax' | 'strict' | 'none';
  /**
   * Other hosts of this domain get it too. Not possible with a `__Host-` name.
   *
   * @default none: the host that set it
   */
  domain?: string;
  /**
   * Below which path it is sent.
   *
   * @default "/"
   */
  path?: string;
  /**
   * Whether the browser keeps it when it is closed. At a login, "remember me" decides instead.
   *
   * @default true
   */
  persistent?: boolean;
}

/** {@link SessionCookieOptions} checked and with every default filled in. */
export interface ResolvedCookieOptions {
  readonly name: string;
  readonly persistent: boolean;
  readonly attributes: {
    readonly path: string;
    readonly httpOnly: boolean;
    readonly secure: boolean;
    readonly sameSite: 'lax' | 'strict' | 'none';
    readonly domain?: string;
  };
}

const NAMES = ['name', 'secure', 'httpOnly', 'sameSite', 'domain', 'path', 'persistent'];
/** RFC 9110 token, what a cookie name may be made of. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Checks the option group `cookie`. @throws InvalidOptionError */
export function resolveCookieOptions(
  options: SessionCookieOptions = {},
  production = false,
): ResolvedCookieOptions {
  checkNames('cookie', options, NAMES);
  const secure = checkBoolean('cookie.secure', options.secure, production);
  const sameSite = checkWord('cookie.sameSite', options.sameSite, ['lax', 'strict', 'none'] as const, 'lax');
  const path = checkText('cookie.path', options.path, '/');
  const domain = options.domain === undefined ? undefined : checkText('cookie.domain', options.domain, '');
  const name = checkText('cookie.name', options.name, `${cookiePrefix({ secure, domain, path })}sid`);
  if (!TOKEN.test(name)) {
    throw new InvalidOptionError(
      'cookie.name',
      `must be a cookie name (letters, digits, - and _); it got ${JSON.stringify(name)}.`,
    );
  }
  if (!path.startsWith('/'))
    throw new InvalidOptionError('cookie.path', `must start with "/"; it got ${JSON.stringify(path)}.`);
  if (sameSite === 'none' && !secure) {
    throw new InvalidOptionError(
      'cookie.sameSite',
      'is "none", which browsers refuse without cookie.secure: true. Set both, or use "lax".',
    );
  }
  if (name.startsWith('__Host-') && (!secure || domain !== undefined || path !== '/')) {
    throw new InvalidOptionError(
      'cookie.name',
      `is ${name}, and browsers take a __Host- cookie only with secure: true, path "/" and no domain. Change these, or name it __Secure-sid.`,
    );
  }
  if (name.startsWith('__Secure-') && !secure) {
    throw new InvalidOptionError(
      'cookie.name',
      `is ${name}, and browsers take a __Secure- cookie only with secure: true. Change one of them.`,
    );
  }
  return {
    name,
    persistent: checkBoolean('cookie.persistent', options.persistent, true),
    attributes: {
      path,
      httpOnly: checkBoolean('cookie.httpOnly', options.httpOnly, true),
      secure,
      sameSite,
      domain,
    },
  };
}

/** The strictest prefix that browsers accept on a cookie with these attributes (ASVS 3.3.1, 3.3.3). */
export function cookiePrefix({
  secure,
  domain,
  path,
}: Pick<ResolvedCookieOptions['attributes'], 'secure' | 'domain' | 'path'>): '__Host-' | '__Secure-' | '' {
  if (!secure) return '';
  return domain === undefined && path === '/' ? '__Host-' : '__Secure-';
}
