import type { ResolvedSessionOptions, SessionPolicy } from '../session/index.js';
import type { ResolvedRememberMeOptions } from './remember-me.options.js';

/**
 * How long a session lives after a login: long if "remember me" was ticked, as usual otherwise.
 *
 * An unticked box (`false`) gives a cookie that ends with the browser; no box at all (`undefined`) leaves the cookie as
 * it is for everybody.
 */
export function lifeAfterLogin(
  requested: boolean | undefined,
  ordinary: Pick<ResolvedSessionOptions, 'idleTimeout' | 'absoluteTimeout'>,
  remembered: ResolvedRememberMeOptions,
): SessionPolicy {
  const { idleTimeout, absoluteTimeout } = requested === true ? remembered : ordinary;
  return { idle: idleTimeout, absolute: absoluteTimeout, persistent: requested !== false };
}
