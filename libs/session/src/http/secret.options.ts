import { checkSecrets } from '../common/index.js';

/**
 * Checks the option `secret`: the first signs, all verify.
 *
 * @throws InvalidOptionError, which never shows a secret
 */
export function resolveSecrets(
  given: string | readonly string[] | undefined,
): readonly [string, ...string[]] {
  return checkSecrets('secret', given);
}
