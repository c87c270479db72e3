import { z } from 'zod';
import { password, wayBack } from '../pages/inputs.js';

const to = wayBack('/account');

export const confirmQuery = z.object({ to });

/** What `POST /account/confirm` takes. */
export const confirmBody = z.object(
  { password, to },
  'The body must be a JSON object or a form, with the password',
);

export type ConfirmQuery = z.infer<typeof confirmQuery>;
export type ConfirmBody = z.infer<typeof confirmBody>;
