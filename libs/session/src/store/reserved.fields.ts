import { SessionError } from '../common/index.js';
import { isReserved } from './reserved.names.js';
import { SessionCookie } from './session.cookie.js';
import { wrongAttributeOf } from './record.cookie.js';

/**
 * Refuses a session of which a part was replaced that is not the application's. Plain objects (what `store.all()` gave, say)
 * pass: of them such fields are left out.
 *
 * @throws SessionError `RESERVED_FIELD` naming the field, `SESSION_NOT_SERIALIZABLE` for a cookie that none can be
 */
export function checkFields(session: { cookie: unknown }): void {
  const prototype: unknown = Object.getPrototypeOf(session);
  if (prototype === Object.prototype) return;
  // `session.__proto__ = data` leaves no field behind, but an object that is no session any more.
  if (!('resetMaxAge' in session)) throw reserved('__proto__');
  for (const name of Object.keys(session)) {
    if (name !== 'cookie' && isReserved(name)) throw reserved(name);
  }
  if ('toJSON' in session && typeof session.toJSON === 'function') throw reserved('toJSON');
  const { cookie } = session;
  if (!(cookie instanceof SessionCookie)) throw reserved('cookie');
  const wrong = wrongAttributeOf(cookie);
  if (wrong !== undefined)
    throw unusable(`session.cookie.${wrong} was set to what no cookie can have. Correct it.`);
  const asked: unknown = cookie.originalMaxAge;
  // `false` is express-session's older way to say "until the browser closes".
  if (asked !== undefined && asked !== null && asked !== false && !Number.isFinite(asked)) {
    throw unusable(
      'session.cookie was given a lifetime that is no length of time. Set session.cookie.maxAge to a number of ' +
        'milliseconds, or to null for a cookie that ends with the browser.',
    );
  }
}

const unusable = (message: string): SessionError =>
  new SessionError('SESSION_NOT_SERIALIZABLE', `${message} Nothing was written.`);

/** The error for a name that is taken. */
export function reserved(name: string): SessionError {
  const remedy =
    name === 'cookie'
      ? 'Change the cookie that is there, such as session.cookie.maxAge = minutes(5).'
      : 'Give the field another name.';
  return new SessionError(
    'RESERVED_FIELD',
    `"${name}" was set on the session, and this name is taken: it could not be read back. ${remedy} Nothing was written.`,
  );
}
