import { createHmac, hkdfSync } from 'node:crypto';
import { type Milliseconds, seconds } from '../common/index.js';
import type { SessionMeta, SessionSecrets } from './session.record.js';
import { hashSecret, isSecretOf, opensWith, type Sid } from './sid.js';

/** How long the secret before stays good: as long as requests and answers may be under way. */
const GRACE: Milliseconds = seconds(30);

/** What a secret is to a record: `replayed` was good once, or never, and is good no more. */
export type SecretRole = 'current' | 'next' | 'previous' | 'replayed';

/** A secret that somebody came with, and the record that it is to open. */
interface PresentedSecret {
  sid: Sid;
  meta: SessionMeta;
  secrets: SessionSecrets;
  now: number;
}

/**
 * Renews the secret of a session under the same handle.
 *
 * The successor is fixed when a secret is minted: HMAC(HKDF(server secret), secret, handle). So every parallel request and
 * every retry after a lost answer is sent the same one, and sending it writes nothing. Its first presentation promotes
 * it, by one write, and starts the grace of the one before. A secret that is none of the three was copied: the one
 * who copied it and the one it was copied from cannot both hold the newest.
 */
export class SecretSuccession {
  private readonly keys: readonly Buffer[];

  /**
   * @param serverSecrets the module's secrets, newest first; older ones recognise successors that they fixed
   * @param after age of a secret at which its successor is sent; `undefined` never, but at a return to a remembered session
   */
  constructor(
    serverSecrets: readonly string[],
    readonly after: Milliseconds | undefined,
  ) {
    this.keys = serverSecrets.map((secret) =>
      Buffer.from(hkdfSync('sha256', secret, '', 'nestjs-redis-session renew', 32)),
    );
  }

  /** Whether there is anything to derive successors with; a store on its own has nothing. */
  get isActive(): boolean {
    return this.keys.length > 0;
  }

  /** The hashes of a new secret and of its successor. */
  mint({ secret, handle }: { secret: string; handle: string }): SessionSecrets {
    const [successor] = this.successors(secret, handle);
    return { current: hashSecret(secret), next: successor === undefined ? undefined : hashSecret(successor) };
  }

  /** What a presented secret is to a record. */
  judge(sid: Sid, secrets: SessionSecrets, now: number): SecretRole {
    if (opensWith(sid, secrets.current)) return 'current';
    if (secrets.next !== undefined && opensWith(sid, secrets.next)) return 'next';
    return isGrace(secrets, now) && opensWith(sid, secrets.previous ?? '') ? 'previous' : 'replayed';
  }

  /** The hashes once the successor was presented. */
  promote(secret: string, handle: string, secrets: SessionSecrets, now: number): SessionSecrets {
    return { ...this.mint({ secret, handle }), previous: secrets.current, graceUntil: now + GRACE };
  }

  /**
   * The id that the answer gives the browser in place of the one it came with: the successor of one that is due, or the current
   * one of one that is in its grace. `undefined` where it may keep what it has, or where no configured server secret
   * made the successor.
   */
  replacement({ sid, meta, secrets, now }: PresentedSecret): string | undefined {
    const isDue = this.isDue(meta, now);
    // Asked at each request, and mostly in vain.
    if (sid.secret === undefined || !(isDue || isGrace(secrets, now))) return undefined;
    const role = this.judge(sid, secrets, now);
    const next = role === 'current' && isDue ? secrets.next : undefined;
    const wanted = role === 'previous' ? secrets.current : next;
    const found =
      wanted && this.successors(sid.secret, sid.handle).find((successor) => isSecretOf(successor, wanted));
    return found ? `${sid.handle}.${found}` : undefined;
  }

  /**
   * The hashes with a successor that can be sent. One that no configured server secret made (the secret was removed since) is
   * replaced, once it would be due; until then it may be under way to the browser.
   */
  repaired({ sid, meta, secrets, now }: PresentedSecret): SessionSecrets {
    const { secret, handle } = sid;
    if (secret === undefined || !this.isDue(meta, now) || !opensWith(sid, secrets.current)) return secrets;
    const { next } = secrets;
    const isKnown =
      next !== undefined && this.successors(secret, handle).some((successor) => isSecretOf(successor, next));
    return isKnown ? secrets : { ...secrets, next: this.mint({ secret, handle }).next };
  }

  /**
   * Whether a secret is old enough to be replaced. That of a session which outlives its user's attention is replaced at each return:
   * it lies about for weeks, and only a replaced one tells of a copy.
   */
  private isDue({ renewedAt, policy }: SessionMeta, now: number): boolean {
    const after = Math.min(this.after ?? Infinity, policy.fresh?.idle ?? Infinity);
    return now - renewedAt >= after;
  }

  private successors(secret: string, handle: string): string[] {
    return this.keys.map((key) =>
      createHmac('sha256', key).update(`${secret}.${handle}`).digest('base64url'),
    );
  }
}

/** Whether the secret before is still good. */
const isGrace = ({ previous, graceUntil = 0 }: SessionSecrets, now: number): boolean =>
  previous !== undefined && now < graceUntil;
