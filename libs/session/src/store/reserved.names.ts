import expressSession from 'express-session';

/** The name under which the server's part stands in a record. */
export const META = '$session';

/**
 * Names that a field of a session cannot have: what express-session puts on the object itself, the server's part of the
 * record, and every name that any object already has. express-session does not load such a field, so it would be lost.
 */
const RESERVED: ReadonlySet<string> = new Set([
  'cookie',
  'id',
  'req',
  META,
  ...Object.getOwnPropertyNames(expressSession.Session.prototype),
  ...Object.getOwnPropertyNames(Object.prototype),
]);

/** Whether a field of this name would be lost. */
export function isReserved(name: string): boolean {
  return RESERVED.has(name);
}
