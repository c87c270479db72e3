import { z } from 'zod';
import { password } from '../pages/inputs.js';
import { pathHere } from '../pages/return.path.js';

/** Where somebody was going, who is asked for the password on the way. */
const to = z
  .unknown()
  .optional()
  .transform((named) => pathHere(named, '/account'));

export const confirmQuery = z.object({ to });

/** What `POST /account/confirm` takes. */
export const confirmBody = z.object(
  { password, to },
  'The body must be a JSON object or a form, with the password',
);

export type ConfirmQuery = z.infer<typeof confirmQuery>;
export type ConfirmBody = z.infer<typeof confirmBody>;
