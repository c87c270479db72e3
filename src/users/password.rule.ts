import { z } from 'zod';
import { COMMON_PASSWORDS } from './common.passwords.js';
import { keyOf } from './user.js';

/**
 * NIST SP 800-63B-4 (3.1.1.2) asks for 15 where the password is all that it takes to log in, as here, and forbids rules about which
 * kinds of signs it must hold: length is what makes guessing hard.
 */
export const SHORTEST_PASSWORD = 15;
/** NIST: at least 64. The hash of a very long one would cost more than it protects. */
const LONGEST_PASSWORD = 1_000;
/** What has to be left of a password without the user's name and the commonest passwords: NIST lets no password be shorter. */
const LEAST_OF_ONES_OWN = 8;
/** A name of one or two letters is in every other word. */
const SHORTEST_NAME = 3;
/** "aaaaaaaaaaaaaaa", "121212121212121" and their like. */
const LEAST_DIFFERENT_SIGNS = 5;

/**
 * What speaks against a new password, as the end of a sentence; `undefined` if nothing does.
 *
 * @param name whom it is for, as far as that is known: attackers try the user name first
 */
export function problemWithPassword(password: string, name?: string): string | undefined {
  const length = lengthOf(password);
  if (length < SHORTEST_PASSWORD) return `must have at least ${SHORTEST_PASSWORD} characters`;
  if (length > LONGEST_PASSWORD) return `must have at most ${LONGEST_PASSWORD} characters`;
  const folded = keyOf(password);
  if (new Set(folded).size < LEAST_DIFFERENT_SIGNS)
    return 'must not be the same few characters again and again';
  const foldedName = name === undefined ? '' : keyOf(name);
  const nameless = foldedName.length < SHORTEST_NAME ? folded : folded.replaceAll(foldedName, '');
  const isName = folded === foldedName || (nameless !== folded && isTooLittle(nameless));
  if (isName) return 'must not be made of your user name';
  const own = COMMON_PASSWORDS.reduce((rest, common) => rest.replaceAll(common, ''), nameless);
  return own !== nameless && isTooLittle(own) ? 'must not be made of the commonest passwords' : undefined;
}

const isTooLittle = (rest: string): boolean => lengthOf(rest) < LEAST_OF_ONES_OWN;
/** As NIST counts: each code point is one, however many units JavaScript takes for it. */
const lengthOf = (text: string): number => Array.from(text).length;

/** A password that somebody chooses. Where the name is known, ask {@link problemWithPassword} with it, too. */
export const newPassword = z.string('must be text').superRefine((password, context) => {
  const message = problemWithPassword(password);
  if (message !== undefined) context.addIssue(message);
});
