import { z } from 'zod';

// A hash of a longer password would cost more than it protects; user names are shorter by far.
const LONGEST = 1_000;

const text = z
  .string('must be text')
  .min(1, 'must not be empty')
  .max(LONGEST, `must have at most ${LONGEST} characters`);

/** What `POST /login` takes, as JSON or from a form, where a ticked box says "on" and an unticked one nothing. */
export const loginBody = z.object(
  {
    username: text,
    password: text,
    rememberMe: z
      .union([z.boolean(), z.literal(['on', 'true', 'false'])], 'must be true or false')
      .transform((value) => value === true || value === 'on' || value === 'true')
      .optional(),
  },
  'The body must be a JSON object or a form, with username and password',
);

export type LoginBody = z.infer<typeof loginBody>;
