import { InvalidOptionError, show } from '../common/index.js';

const WEB = /^https?:$/;
/** Of applications that embed a browser, such as `capacitor://localhost`. */
const EMBEDDED = /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.-]+(:\d+)?$/;

/** Checks `auth.trustedOrigins`: each exactly as browsers send it. @throws InvalidOptionError with the corrected form */
export function checkTrustedOrigins(value: unknown = []): readonly string[] {
  if (!Array.isArray(value)) throw wrong(value, `it must be a list, for example ['https://shop.example']`);
  return value.map((origin: unknown) => {
    const right = typeof origin === 'string' ? originOf(origin) : undefined;
    if (right !== undefined && right === origin) return right;
    throw wrong(
      origin,
      right === undefined
        ? 'name each site by itself, for example https://shop.example; there are no wildcards'
        : `write ${right}`,
    );
  });
}

/** The origin that is meant; `undefined` if nothing like an origin is. */
function originOf(given: string): string | undefined {
  const text = given.trim().toLowerCase();
  if (text === '' || text === 'null' || text.includes('*')) return undefined;
  const address = text.includes('://') ? text.replace(/^ws(?=s?:)/, 'http') : `https://${text}`;
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (WEB.test(url.protocol)) return url.origin;
  const embedded = `${url.protocol}//${url.host}`;
  return EMBEDDED.test(embedded) ? embedded : undefined;
}

const wrong = (value: unknown, remedy: string): InvalidOptionError =>
  new InvalidOptionError(
    'auth.trustedOrigins',
    `must be origins exactly as browsers send them (scheme, host, and a port only if it is not the usual one); it got ${show(value)}: ${remedy}.`,
  );
