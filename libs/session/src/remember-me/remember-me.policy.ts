import type { SessionPolicy } from '../session/index.js';
import type { ResolvedRememberMeOptions } from './remember-me.options.js';

/**
 * How long a session lives after a login: long if "remember me" was ticked, as usual otherwise.
 *
 * A ticked box gives a session that is kept for long, whose login counts as fresh only as long as an ordinary one would live. An
 * unticked box (`false`) gives a cookie that ends with the browser; no box at all (`undefined`) leaves the cookie as it is
 * for everybody.
 */
export function lifeAfterLogin(
  requested: boolean | undefined,
  ordinary: SessionPolicy,
  remembered: ResolvedRememberMeOptions,
): SessionPolicy {
  const { idle, absolute, persistent } = ordinary;
  if (requested !== true) return { idle, absolute, persistent: requested === undefined && persistent };
  return {
    idle: remembered.idleTimeout,
    absolute: remembered.absoluteTimeout,
    persistent: true,
    fresh: { idle, absolute },
  };
}

/** What the box was at the login that led to this life. */
export function requestedFor({ fresh, persistent }: SessionPolicy): boolean | undefined {
  if (fresh !== undefined) return true;
  return persistent ? undefined : false;
}
