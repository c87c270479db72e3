import { hash, timingSafeEqual } from 'node:crypto';
import { randomToken, remember } from '../common/index.js';

const HANDLE_BYTES = 16;
const SECRET_BYTES = 32;
const OURS = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;
/** Ids of other libraries may look like anything printable, but a longer one than this is no id. */
const PLAIN = /^[\x21-\x7e]{1,256}$/;

/**
 * A session id as it stands in the cookie.
 *
 * With a secret: `<handle>.<secret>`; Redis, logs and lists know the handle only, and it opens nothing. Without: an
 * id in connect-redis's form, which is its own key.
 */
export interface Sid {
  /** The whole id, as in the cookie and in `req.sessionID`. */
  readonly text: string;
  /** The public name, and the end of the Redis key. */
  readonly handle: string;
  /** What proves possession; absent in a plain id. */
  readonly secret?: string;
  /**
   * How the secret is judged where it may be old without having been copied: `quietly` opens nothing if it was replaced, but
   * raises no alarm; `never` because it has opened this session before.
   *
   * @default undefined: one that was replaced was copied, and ends the session
   */
  readonly judged?: Judgement;
}

/** See {@link Sid.judged}. */
export type Judgement = 'quietly' | 'never';

/** How new ids are made: `secret` (default) or `plain`, to share sessions with express-session + connect-redis. */
export type IdFormat = 'secret' | 'plain';

/** One that was made or read lately, which keeps what is asked for at each request. */
class KnownSid implements Sid {
  #prefix = '';
  #key: string | undefined;
  /** The hash of which its secret is known to be the secret. */
  #hash: string | undefined;

  constructor(
    readonly text: string,
    readonly handle: string,
    readonly secret: string | undefined,
    readonly judged?: Judgement,
  ) {}

  keyUnder(prefix: string): string {
    if (this.#key === undefined || this.#prefix !== prefix) {
      this.#prefix = prefix;
      // `prefix + handle` would stay a text of two pieces, which tables compare slowly.
      this.#key = [prefix, this.handle].join('');
    }
    return this.#key;
  }

  judgedAs(judged: Judgement | undefined): KnownSid {
    const sid = new KnownSid(this.text, this.handle, this.secret, judged);
    sid.#prefix = this.#prefix;
    sid.#key = this.#key;
    sid.#hash = this.#hash;
    return sid;
  }

  isOf(kept: string): boolean {
    // Two hashes of the server's own are compared here, not what somebody sent.
    if (this.#hash === kept) return true;
    if (this.secret === undefined || !isSecretOf(this.secret, kept)) return false;
    this.#hash = kept;
    return true;
  }
}

/** Those with a secret that were made or read lately. */
const known = new Map<string, KnownSid>();
const MOST_KNOWN = 10_000;

/** Reads an id; `undefined` when it cannot be one. */
export function parseSid(text: string): Sid | undefined {
  const lately = known.get(text);
  if (lately !== undefined) return lately;
  const match = OURS.exec(text);
  if (match?.[1] === undefined) return PLAIN.test(text) ? { text, handle: text } : undefined;
  const sid = new KnownSid(text, match[1], match[2]);
  remember(known, text, sid, MOST_KNOWN);
  return sid;
}

/** The Redis key of a session, under the store's prefix. */
export function keyOf(sid: Sid, prefix: string): string {
  return sid instanceof KnownSid ? sid.keyUnder(prefix) : prefix + sid.handle;
}

/** A new, unguessable id. */
export function createSid(format: IdFormat): Sid {
  if (format === 'plain') {
    const id = randomToken(SECRET_BYTES);
    return { text: id, handle: id };
  }
  const handle = randomToken(HANDLE_BYTES);
  const secret = randomToken(SECRET_BYTES);
  const sid = new KnownSid(`${handle}.${secret}`, handle, secret);
  remember(known, sid.text, sid, MOST_KNOWN);
  return sid;
}

/** What Redis keeps of a secret: SHA-256, base64url. The secret has 256 random bits, so it needs no salt. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'base64url');
}

/** Whether `secret` is the one of which the hash `kept` was made, in a time that tells nothing about it. */
export function isSecretOf(secret: string, kept: string): boolean {
  const given = Buffer.from(hashSecret(secret));
  const expected = Buffer.from(kept);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The same of an id's secret; of a busy session it is not worked out with every request. */
export function opensWith(sid: Sid, kept: string): boolean {
  if (sid instanceof KnownSid) return sid.isOf(kept);
  return sid.secret !== undefined && isSecretOf(sid.secret, kept);
}

/** An id that is judged in another way. */
export function judgedAs(sid: Sid, judged: Judgement | undefined): Sid {
  if (judged === sid.judged) return sid;
  return sid instanceof KnownSid ? sid.judgedAs(judged) : { ...sid, judged };
}
