import type { Cookie } from 'express-session';
import { SessionError } from '../common/index.js';
import { META } from './session.record.js';
import type { Fields } from './three-way.merge.js';

/** A session object as application code sees it: the cookie and the application's own fields. */
export interface SessionLike {
  cookie: Cookie;
}

/** The application's own fields. */
export function dataOf(session: SessionLike): Fields {
  const { cookie: _cookie, [META]: _meta, ...data }: SessionLike & Fields = { ...session };
  return data;
}

/** The application's own fields as JSON. @throws SessionError `SESSION_NOT_SERIALIZABLE` */
export function dataJsonOf(session: SessionLike): string {
  try {
    return JSON.stringify(dataOf(session));
  } catch (error) {
    throw new SessionError(
      'SESSION_NOT_SERIALIZABLE',
      `The session holds something that JSON cannot: ${error instanceof Error ? error.message.split('\n', 1)[0] : 'unknown'}. ` +
        'Store plain data only.',
      { cause: error },
    );
  }
}

/** Reads fields that were written as JSON by {@link dataJsonOf} or likewise. */
export function parseFields(json: string): Fields {
  const parsed: unknown = JSON.parse(json);
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}

/** Puts other fields in the place of the application's own. */
export function replaceData(session: SessionLike, data: Fields): void {
  for (const name of Object.keys(dataOf(session))) Reflect.deleteProperty(session, name);
  Object.assign(session, data);
}
