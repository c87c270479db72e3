import { z } from 'zod';
import type { HashedPassword } from '../users/user.js';
import { line } from '../pages/inputs.js';

/** The steps that ask for something, in their order. */
export const STEPS = ['account', 'person', 'interests'] as const;
export type Step = (typeof STEPS)[number];

/** All steps: the last one asks for nothing, it shows what was typed. */
export const PLACES = [...STEPS, 'review'] as const;
export type Place = (typeof PLACES)[number];

/** What can be ticked in the third step. */
export const INTERESTS = ['chess', 'cooking', 'cycling', 'machines', 'music', 'reading', 'tea', 'travel'];

/** Half of a pair of UTF-16 units, which no database can store. */
const UNPAIRED = /\p{Cs}/u;
// eslint-disable-next-line no-control-regex
const CONTROL_BUT_BREAKS = /[\u0000-\u0009\u000b-\u001f\u007f]/;

const phrase = (longest: number) =>
  z
    .string('must be text')
    .trim()
    .pipe(line(longest))
    .refine((text) => !UNPAIRED.test(text), 'must be whole characters');

const paragraph = (longest: number) =>
  z
    .string('must be text')
    // Browsers send line breaks of forms as CR LF.
    .transform((text) => text.replaceAll('\r\n', '\n').trim())
    .refine((text) => text.length <= longest, `must have at most ${longest} characters`)
    .refine((text) => !CONTROL_BUT_BREAKS.test(text), 'must be text without control characters')
    .refine((text) => !UNPAIRED.test(text), 'must be whole characters');

const NOT_AN_OBJECT = 'The body must be a JSON object or a form';

/** What `POST /sign-up/person` takes. */
export const personBody = z.object(
  {
    fullName: phrase(100),
    email: phrase(254).pipe(z.email('must be an e-mail address, such as carol@example.com')),
    city: phrase(100),
  },
  NOT_AN_OBJECT,
);

const interest = z.literal(INTERESTS);

/** What `POST /sign-up/interests` takes. A form says nothing for no tick, a word for one, and a list for several. */
export const interestsBody = z.object(
  {
    interests: z
      .union(
        [z.array(interest).max(INTERESTS.length), interest.transform((one) => [one])],
        `must be some of ${INTERESTS.join(', ')}`,
      )
      .transform((ticked) => INTERESTS.filter((each) => ticked.includes(each)))
      .default([]),
    about: paragraph(500).default(''),
  },
  NOT_AN_OBJECT,
);

/** What each step leaves behind. */
export interface StepValues {
  account: { username: string; password: HashedPassword };
  person: z.infer<typeof personBody>;
  interests: z.infer<typeof interestsBody>;
}
