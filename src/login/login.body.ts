import { z } from 'zod';
import { line, password, tick, wayBack } from '../pages/inputs.js';

const to = wayBack('/');

export const loginQuery = z.object({ to });

/** What `POST /login` takes, as JSON or from a form. */
export const loginBody = z.object(
  { username: line(1_000), password, rememberMe: tick.optional(), to },
  'The body must be a JSON object or a form, with username and password',
);

export type LoginQuery = z.infer<typeof loginQuery>;
export type LoginBody = z.infer<typeof loginBody>;
