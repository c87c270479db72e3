import { isIP } from 'node:net';
import { z } from 'zod';
import { line } from '../pages/inputs.js';

/** Forms send fields that are left empty as empty text. */
const unlessEmpty = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

/** As long as the limiter takes names. */
const account = line(256).refine(
  (name) => /[^\p{Default_Ignorable_Code_Point}\s]/u.test(name),
  'must have a sign that can be seen',
);
const address = line(64).refine(
  (text) => isIP(text) !== 0,
  'must be an IPv4 or IPv6 address, such as 203.0.113.7',
);
/** What the list names a block by. */
const id = line(100).regex(
  /^(account|address|pair:[\w-]{22}):[\w-]{22}$/,
  'must be the id of a block in the list',
);

/** What `POST /admin/blocks/find` takes. Not in the query: URLs are kept in logs and histories, where names have no place. */
export const findBody = z
  .object(
    { account: unlessEmpty(account), address: unlessEmpty(address) },
    'The body must be a JSON object or a form, with account or address',
  )
  .refine((sought) => sought.account !== undefined || sought.address !== undefined, {
    path: ['account'],
    error: 'must be given, or an address',
  });

/** What `POST /admin/blocks/unblock` takes: whose blocks to lift, or which one of the list. */
export const unblockBody = z
  .object(
    { account: unlessEmpty(account), address: unlessEmpty(address), id: unlessEmpty(id) },
    'The body must be a JSON object or a form, with account, address or id',
  )
  .refine((of) => of.account !== undefined || of.address !== undefined || of.id !== undefined, {
    path: ['account'],
    error: 'must be given, or an address, or the id of a block',
  });

/** What `POST /admin/blocks/reset` takes. */
export const resetBody = z.object({ account }, 'The body must be a JSON object or a form, with account');

/** What the page is told in its address after something was done; whatever else stands there is no news. */
export const newsQuery = z.object({ done: z.literal(['unblocked', 'reset']).optional().catch(undefined) });

export type FindBody = z.infer<typeof findBody>;
export type UnblockBody = z.infer<typeof unblockBody>;
export type ResetBody = z.infer<typeof resetBody>;
export type News = z.infer<typeof newsQuery>['done'];
