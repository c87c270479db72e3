import { z } from 'zod';
import { pathHere } from './return.path.js';

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/** A line of text. Control signs are refused: databases cannot store all of them, and logs should not. */
export const line = (longest: number) =>
  z
    .string('must be text')
    .min(1, 'must not be empty')
    .max(longest, `must have at most ${longest} characters`)
    .refine((text) => !CONTROL.test(text), 'must be one line without control characters');

/** A whole number. Forms and queries send digits, programs numbers. */
export const wholeNumber = (least: number, most: number) => {
  const rule = `must be a whole number from ${least} to ${most}`;
  const digits = z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number);
  return z
    .union([z.number(), digits], rule)
    .refine((number) => Number.isInteger(number) && number >= least && number <= most, rule);
};

/** A password as it is typed. A hash of a very long one would cost more than it protects. */
export const password = z
  .string('must be text')
  .min(1, 'must not be empty')
  .max(1_000, 'must have at most 1000 characters');

/** A ticked box of a form says "on" and an unticked one nothing; programs send true or false. */
export const tick = z
  .union([z.boolean(), z.literal(['on', 'true', 'false'])], 'must be true or false')
  .transform((value) => value === true || value === 'on' || value === 'true');

/** Where somebody was going, who is asked for something on the way: a path of this site. What is none is the fallback, and no error. */
export const wayBack = (fallback: string) =>
  z
    .unknown()
    .optional()
    .transform((named) => pathHere(named, fallback));
