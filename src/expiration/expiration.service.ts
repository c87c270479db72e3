import { Injectable } from '@nestjs/common';
import {
  Clock,
  type CurrentSession,
  minutes,
  seconds,
  type SessionLife,
  SessionService,
  userOf,
} from 'nestjs-redis-session';
import type { ExpirationView, TimeLeft } from './expiration.view.js';

/** A page warns this long before the end; of a short idle timeout, when a quarter is left. */
const WARNING = seconds(60);
const SHARE = 4;
/** `cookie.maxAge` computes with the clock, and may lose a millisecond. */
const JITTER = 10;

/** Says how long a session still lives, and why. */
@Injectable()
export class ExpirationService {
  constructor(
    private readonly sessions: SessionService,
    private readonly clock: Clock,
  ) {}

  /** Does not prolong the session. */
  timeLeft(session: CurrentSession): TimeLeft {
    const life = this.sessions.life(session);
    const isLoggedIn = userOf(session) !== undefined;
    if (life === undefined)
      return { timeLeft: 0, idleLeft: 0, absoluteLeft: 0, warnBelow: 0, canStay: false, isLoggedIn };
    const { idleLeft, absoluteLeft } = this.left(life);
    const warnBelow = Math.min(WARNING, life.idleTimeout / SHARE);
    return {
      timeLeft: Math.min(idleLeft, absoluteLeft),
      idleLeft,
      absoluteLeft,
      warnBelow,
      canStay: absoluteLeft > warnBelow,
      isLoggedIn,
    };
  }

  /** The four strategies, and which of them decide over this session. Does not prolong it. */
  strategies(session: CurrentSession): ExpirationView {
    const { ordinary, remembered } = this.sessions.timeouts;
    const life = this.sessions.life(session);
    const { idleLeft = null, absoluteLeft = null } = life ? this.left(life) : {};
    const custom = customOf(session, life);
    const decides = custom ? 'custom' : life?.isRemembered ? 'rememberMe' : 'idle';
    const leftOf = (name: typeof decides) => (name === decides ? idleLeft : null);
    const endsAt = this.sessions.expiresAt(session);
    const isPlain = life !== undefined && decides === 'idle';
    return {
      timeLeft: this.sessions.timeLeft(session),
      endsAt: endsAt === undefined ? null : new Date(endsAt).toISOString(),
      strategies: {
        // Users may have timeouts of their own, see `timeoutsOf`; then theirs are shown.
        idle: { timeout: isPlain ? life.idleTimeout : ordinary.idleTimeout, timeLeft: leftOf('idle') },
        absolute: { timeout: life?.absoluteTimeout ?? ordinary.absoluteTimeout, timeLeft: absoluteLeft },
        rememberMe: {
          timeout: remembered.idleTimeout,
          absoluteTimeout: remembered.absoluteTimeout,
          timeLeft: leftOf('rememberMe'),
        },
        custom: {
          minutes: custom?.minutes ?? null,
          timeout: custom ? minutes(custom.minutes) : null,
          timeLeft: leftOf('custom'),
        },
      },
    };
  }

  /** Gives the session a lifetime of its own: an idle timeout that takes the place of the configured one. */
  choose(session: CurrentSession, count: number): Promise<void> {
    const life = this.sessions.life(session);
    const { idleTimeout = this.sessions.timeouts.ordinary.idleTimeout, isPersistent = true } = life ?? {};
    const chosen = customOf(session, life);
    return this.sessions.update(session, (data) => {
      data.customLifetime = { minutes: count, instead: chosen?.instead ?? { idleTimeout, isPersistent } };
      // The guide's pattern. It sets the expiry in Redis and of the cookie alike.
      data.cookie.maxAge = minutes(count);
    });
  }

  /** Gives the session back the lifetime that it had before. */
  async takeBack(session: CurrentSession): Promise<void> {
    const { instead } = customOf(session, this.sessions.life(session)) ?? {};
    await this.sessions.update(session, (data) => {
      delete data.customLifetime;
      if (instead) data.cookie.maxAge = instead.idleTimeout;
    });
    // Saved with the answer: a cookie that ends with the browser again.
    if (instead?.isPersistent === false) Object.assign(session.cookie, { maxAge: null });
  }

  private left({ idleExpiresAt, absoluteExpiresAt }: SessionLife) {
    const now = this.clock.now();
    return {
      idleLeft: Math.max(0, idleExpiresAt - now),
      absoluteLeft: Math.max(0, absoluteExpiresAt - now),
    };
  }
}

/** What was chosen, unless a login has given the session another lifetime since. */
function customOf({ customLifetime }: CurrentSession, life: SessionLife | undefined) {
  if (customLifetime === undefined || life === undefined) return undefined;
  const isInForce = Math.abs(life.idleTimeout - minutes(customLifetime.minutes)) <= JITTER;
  return isInForce ? customLifetime : undefined;
}
