import { InvalidAccountException } from '../common/index.js';

/** Characters (UTF-16 units). A mail address has at most 254 (RFC 5321, section 4.5.3.1.3). */
const LONGEST_ACCOUNT = 256;

/** Names that every step below leaves as they are: most. */
const PLAIN = /^[!-@[-~]+$/;
/** Soft hyphens, joiners, marks of direction: nobody sees them, and some databases ignore them when they compare. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * One text for all spellings of a name: NFKC, no invisible signs, case folded, no outer spaces.
 *
 * @param normalize the application's own, applied first
 * @throws InvalidAccountException if it is no text, empty or longer than 256 characters: nothing is counted under it
 */
export function foldAccount(account: unknown, normalize: (account: string) => string): string {
  if (typeof account !== 'string' || account.length > LONGEST_ACCOUNT) throw new InvalidAccountException();
  const own = normalize(account);
  if (typeof own !== 'string') throw new TypeError('loginAttempts.normalize must return text.');
  if (PLAIN.test(own)) return own;
  // By way of upper case, because "ß" and "SS", or the two small sigmas, meet only there; from lower case, because "ẞ" is upper case
  // already. Folding can undo NFKC, hence the second one.
  const folded = own.normalize('NFKC').replace(IGNORABLE, '').toLowerCase().toUpperCase().toLowerCase();
  const name = folded.normalize('NFKC').trim();
  if (name === '') throw new InvalidAccountException();
  return name;
}
