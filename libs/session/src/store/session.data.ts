import type { Cookie } from 'express-session';
import { jsonOfNew } from './data.json.js';
import { checkFields } from './reserved.fields.js';
import { isReserved } from './reserved.names.js';
import type { Fields } from './session.fields.js';

/** A session object as application code sees it: the cookie and the application's own fields. */
export interface SessionLike {
  cookie: Cookie;
}

/** The application's own fields. */
export function dataOf(session: SessionLike): Fields {
  const data: Fields = {};
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its names are the application's own, which no type knows
  const all = session as SessionLike & Fields;
  for (const name of Object.keys(all)) if (!isReserved(name)) data[name] = all[name];
  return data;
}

/** The same of a session that is to be stored. @throws SessionError `SESSION_NOT_SERIALIZABLE`, `RESERVED_FIELD` */
export function dataToStore(session: SessionLike): Fields {
  checkFields(session);
  return dataOf(session);
}

/**
 * The application's own fields as JSON.
 *
 * @throws SessionError `SESSION_NOT_SERIALIZABLE`, `RESERVED_FIELD`
 */
export function dataJsonOf(session: SessionLike): string {
  return jsonOfNew(dataToStore(session));
}

/** Puts other fields in the place of the application's own. */
export function replaceData(session: SessionLike, data: Fields): void {
  for (const name of Object.keys(session)) if (!isReserved(name)) Reflect.deleteProperty(session, name);
  Object.assign(session, data);
}
