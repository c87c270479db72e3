import { z } from 'zod';
import { wholeNumber } from '../pages/inputs.js';

/** What `POST /session/history` takes. */
export const historyBody = z.object(
  { kilobytes: wholeNumber(1, 32) },
  'The body must be a JSON object or a form, with kilobytes',
);
export type HistoryBody = z.infer<typeof historyBody>;

/** What `GET /session/loads` takes. */
export const loadsQuery = z.object({ count: wholeNumber(1, 100).default(50) });
export type LoadsQuery = z.infer<typeof loadsQuery>;
