import { z } from 'zod';

const CONTROL = /\p{Cc}/u;
const CONTROL_BUT_LINE_BREAKS = /[^\P{Cc}\t\n\r]/u;
/** Halves of characters, which no database can store. */
const SURROGATE = /\p{Cs}/u;

/** Text that may be empty. */
const text = (longest: number) =>
  z
    .string('must be text')
    .trim()
    .max(longest, `must have at most ${longest} characters`)
    .refine((value) => !SURROGATE.test(value), 'must not contain half a character');

const line = (longest: number) =>
  text(longest).refine((value) => !CONTROL.test(value), 'must be one line without control characters');

const LONGEST_INTEREST = 40;
const MOST_INTERESTS = 20;

/** A form has one field for all, with commas between them; programs send a list. */
const interests = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',') : value),
  z
    .array(line(LONGEST_INTEREST), 'must be a list of texts')
    .transform((list) => [...new Set(list.filter((interest) => interest !== ''))])
    .refine((list) => list.length <= MOST_INTERESTS, `must be at most ${MOST_INTERESTS}`),
);

const nothing = 'must have at least one of fullName, email, city, about, interests';

/** What `POST` and `PUT /profile` take, from a form or as JSON. What is left out stays as it is. */
export const profileBody = z
  .object(
    {
      fullName: line(100).optional(),
      email: line(254)
        .refine(
          (value) => value === '' || /^[^\s@]+@[^\s@]+$/.test(value),
          'must be empty or an address such as name@example.com',
        )
        .optional(),
      city: line(100).optional(),
      about: text(1_000)
        .refine((value) => !CONTROL_BUT_LINE_BREAKS.test(value), 'must not contain control characters')
        .optional(),
      interests: interests.optional(),
    },
    'The body must be a JSON object or a form',
  )
  .refine((body) => Object.values(body).some((value) => value !== undefined), {
    error: `The body ${nothing}`,
  });

export type ProfileBody = z.infer<typeof profileBody>;
