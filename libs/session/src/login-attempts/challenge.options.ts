import { checkNames, InvalidOptionError, show } from '../common/index.js';
import { checkCount } from './attempt.policy.js';

/** What is known of the attempt that has to pass a challenge. */
export interface ChallengedAttempt {
  /** The name that was typed. */
  readonly account: string;
  /** Attempts in the going windows, this one included. */
  readonly attempts: { readonly account: number; readonly address: number; readonly pair: number };
}

/**
 * A proof that a human is there, once attempts pile up. An attempt without it is refused with 403 `CHALLENGE_REQUIRED` and counts
 * nowhere, so that robots cannot lock anybody out (NIST SP 800-63B-4, section 3.2.2).
 *
 * @example
 * challenge: { check: (request) => captcha.isSolved((request as Request).body.captcha) }
 */
export interface ChallengeOptions {
  /**
   * After how many attempts in a window; the next one needs the proof. Known devices never need it.
   *
   * @default { account: 3, pair: 3, address: 30 }
   */
  after?: { account?: number; address?: number; pair?: number };
  /**
   * Whether the request brings the proof. What it throws is the answer.
   *
   * @param request as the controller or guard has it
   */
  check: (request: object, attempt: ChallengedAttempt) => boolean | Promise<boolean>;
}

/** {@link ChallengeOptions} checked and with every default filled in. */
export interface ResolvedChallenge {
  readonly after: { readonly account: number; readonly address: number; readonly pair: number };
  readonly check: ChallengeOptions['check'];
}

/** @throws InvalidOptionError */
export function resolveChallenge(options: ChallengeOptions | undefined): ResolvedChallenge | undefined {
  if (options === undefined) return undefined;
  const path = 'loginAttempts.challenge';
  checkNames(path, options, ['after', 'check']);
  const { after = {}, check } = options;
  checkNames(`${path}.after`, after, ['account', 'address', 'pair']);
  if (typeof check !== 'function') {
    throw new InvalidOptionError(
      `${path}.check`,
      `must be a function of the request that says whether the proof is right; it got ${show(check)}.`,
    );
  }
  return {
    after: {
      account: checkCount(`${path}.after.account`, after.account, 3),
      address: checkCount(`${path}.after.address`, after.address, 30),
      pair: checkCount(`${path}.after.pair`, after.pair, 3),
    },
    check,
  };
}
