import type { AttemptStore } from './attempt.store.js';
import type { LoginAttemptStatus } from './attempt.verdict.js';

/** What was read, for whoever asked for an account, an address, or both. */
export function statusOf(
  { of, accounts }: Awaited<ReturnType<AttemptStore['read']>>,
  asked: { account?: string; address?: string },
): LoginAttemptStatus {
  const { account, address, pair } = of;
  const hasAccount = asked.account !== undefined;
  const network = asked.address;
  return {
    ...(hasAccount && {
      account: {
        attempts: account.count,
        blockedFor: account.blocked,
        failures: account.failures,
        isDisabled: account.credential === 'disabled',
      },
    }),
    ...(network !== undefined && {
      address: {
        network,
        attempts: address.count,
        blockedFor: address.blocked,
        accountsTried: accounts.tried,
        accountsSucceeded: accounts.succeeded,
      },
    }),
    ...(hasAccount && network !== undefined && { pair: { attempts: pair.count, blockedFor: pair.blocked } }),
  };
}
