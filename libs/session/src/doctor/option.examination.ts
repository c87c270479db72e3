import { hours, type Milliseconds, minutes } from '../common/index.js';
import type { ResolvedCookieOptions } from '../http/index.js';
import type { ResolvedLoginAttemptsOptions } from '../login-attempts/index.js';
import type { ResolvedSessionOptions } from '../session/index.js';
import { type Environment, type Finding, finding } from './finding.js';

/** The options that the doctor has an opinion on, checked already: what cannot work was refused before. */
export interface ExaminedOptions {
  readonly secrets: readonly [string, ...string[]];
  readonly cookie: ResolvedCookieOptions;
  readonly session: Pick<
    ResolvedSessionOptions,
    'idleTimeout' | 'absoluteTimeout' | 'renewAfter' | 'idFormat'
  >;
  readonly loginAttempts: Pick<ResolvedLoginAttemptsOptions, 'isActive' | 'isSecretDerived'>;
}

/** OWASP Session Management Cheat Sheet: 2 to 5 minutes for much at stake, 15 to 30 for little. */
const LONGEST_IDLE: Milliseconds = minutes(30);
/** NIST SP 800-63B-4, section 2.2.3 (AAL2); at AAL3 it is 12 hours, at AAL1 30 days. */
const LONGEST_ABSOLUTE: Milliseconds = hours(24);
const LEAST_SECRET_BYTES = 32;
const PREFIXES = ['__Host-', '__Secure-', '__Http-'];

/** What options can say by themselves. */
export function examineOptions(options: ExaminedOptions, where: Environment): Finding[] {
  return [
    ...ofCookie(options.cookie, where),
    ...ofIds(options, where),
    ...ofTimeouts(options.session, where),
    ...ofLogins(options, where),
  ];
}

function* ofCookie({ name, attributes }: ResolvedCookieOptions, where: Environment): Generator<Finding> {
  const { secure, httpOnly, sameSite, domain } = attributes;
  // Outside production neither is wanted: http://localhost has to work, and SessionModule says so in a line of its own.
  if (where.production && !secure) {
    yield finding(
      'COOKIE_NOT_SECURE',
      `cookie.secure is false in production, so browsers send "${name}" over plain http, where anybody on the way can take it.`,
      where,
    );
  } else if (where.production && !PREFIXES.some((prefix) => name.startsWith(prefix))) {
    yield finding(
      'COOKIE_NO_PREFIX',
      `The cookie is called "${name}", without a prefix that makes browsers refuse it when it is set without TLS or by a neighbouring host.`,
      where,
    );
  }
  if (!httpOnly) {
    yield finding(
      'COOKIE_NOT_HTTP_ONLY',
      'cookie.httpOnly is false, so one injected script reads the cookie and takes the session elsewhere.',
      where,
    );
  }
  if (domain !== undefined) {
    yield finding(
      'COOKIE_DOMAIN',
      `cookie.domain is ${JSON.stringify(domain)}, so every host below it gets the cookie and can set one of the same name.`,
      where,
    );
  }
  if (sameSite === 'none') {
    yield finding(
      'COOKIE_SAME_SITE_NONE',
      'cookie.sameSite is "none", so browsers send the session along with requests that other sites make.',
      where,
    );
  }
}

function* ofIds({ secrets, session }: ExaminedOptions, where: Environment): Generator<Finding> {
  const [, ...older] = secrets;
  const shortest = Math.min(...older.map((secret) => Buffer.byteLength(secret)));
  if (shortest < LEAST_SECRET_BYTES) {
    yield finding(
      'SECRET_SHORT',
      `An older entry of secret has ${shortest} bytes and still verifies cookies: less than ${LEAST_SECRET_BYTES} can be guessed, and who has it can sign.`,
      where,
    );
  }
  if (session.idFormat === 'plain') {
    yield finding(
      'PLAIN_IDS',
      'session.idFormat is "plain", so whoever can read Redis, a dump of it or MONITOR can use every session.',
      where,
    );
  } else if (session.renewAfter === undefined) {
    yield finding(
      'SECRET_NOT_RENEWED',
      'session.renewAfter is false, so a copied cookie works, unnoticed, for as long as the session lives.',
      where,
    );
  }
}

function* ofTimeouts(
  { idleTimeout, absoluteTimeout }: ExaminedOptions['session'],
  where: Environment,
): Generator<Finding> {
  if (idleTimeout > LONGEST_IDLE) {
    yield finding(
      'IDLE_TIMEOUT_LONG',
      `session.idleTimeout is ${inWords(idleTimeout)}: OWASP recommends 15 to 30 minutes where little is at stake, and NIST SP 800-63B-4 at most 1 hour at AAL2.`,
      where,
    );
  }
  if (absoluteTimeout > LONGEST_ABSOLUTE) {
    yield finding(
      'ABSOLUTE_TIMEOUT_LONG',
      `session.absoluteTimeout is ${inWords(absoluteTimeout)}: NIST SP 800-63B-4 recommends at most 24 hours at AAL2 and demands 12 hours at AAL3.`,
      where,
    );
  }
}

function* ofLogins({ loginAttempts, secrets }: ExaminedOptions, where: Environment): Generator<Finding> {
  if (!loginAttempts.isActive) {
    yield finding(
      'LOGIN_ATTEMPTS_OFF',
      'loginAttempts is false, so passwords can be guessed as fast as the application checks them.',
      where,
    );
  } else if (loginAttempts.isSecretDerived && secrets.length > 1) {
    yield finding(
      'LOGIN_SECRET_DERIVED',
      'loginAttempts.secret is not given and secret is being replaced: when its oldest entry goes, attempts are counted anew and no device is known any more.',
      where,
    );
  }
}

function inWords(duration: Milliseconds): string {
  const count = duration / minutes(1);
  const [number, unit] =
    count < 120 ? [count, 'minutes'] : count < 2880 ? [count / 60, 'hours'] : [count / 1440, 'days'];
  return `${Math.round(number * 10) / 10} ${unit}`;
}
