import { z } from 'zod';
import { problemWithPassword } from '../users/password.rule.js';

/** ASCII only, because a name tells users apart: in other scripts there are letters that look the same. The full name takes them all. */
const USERNAME = /^[a-z0-9][a-z0-9._-]{1,31}$/i;

const typedPassword = z.string('must be text').max(1_000, 'must have at most 1000 characters');

/**
 * What `POST /sign-up/account` takes. Both passwords empty means: the one that was chosen before. Whether there is one, only the session
 * can say.
 */
export const accountBody = z
  .object(
    {
      username: z
        .string('must be text')
        .trim()
        .regex(USERNAME, 'must have 2 to 32 of the letters a to z, digits, dots, hyphens and underscores'),
      password: typedPassword,
      repeated: typedPassword,
    },
    'The body must be a JSON object or a form, with username, password and repeated',
  )
  .superRefine(({ username, password, repeated }, context) => {
    if (password === '' && repeated === '') return;
    const problem = problemWithPassword(password, username);
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['password'], message: problem });
    else if (password !== repeated)
      context.addIssue({ code: 'custom', path: ['repeated'], message: 'must be the same password again' });
  });

export type AccountBody = z.infer<typeof accountBody>;
