import { z } from 'zod';

/** A day. The absolute timeout ends a session earlier all the same. */
export const MOST_MINUTES = 1_440;
const RANGE = `must be a whole number from 1 to ${MOST_MINUTES}`;

/** What `POST /expiration/custom` takes. Forms send numbers as text. */
export const customBody = z.object(
  {
    minutes: z
      .union(
        [
          z.number(),
          z
            .string()
            .regex(/^\d{1,6}$/)
            .transform(Number),
        ],
        RANGE,
      )
      .refine((minutes) => Number.isInteger(minutes) && minutes >= 1 && minutes <= MOST_MINUTES, RANGE),
  },
  'The body must be a JSON object or a form, with minutes',
);

export type CustomBody = z.infer<typeof customBody>;
