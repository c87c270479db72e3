import { z } from 'zod';
import { line, password, tick } from '../pages/inputs.js';

/** What `POST /login` takes, as JSON or from a form. */
export const loginBody = z.object(
  { username: line(1_000), password, rememberMe: tick.optional() },
  'The body must be a JSON object or a form, with username and password',
);

export type LoginBody = z.infer<typeof loginBody>;
