/** Of a credential, this many characters are shown: enough to tell two apart and to name one, far too few to guess the rest. */
export const SHOWN_CHARACTERS = 6;
/** Deeper than anybody reads. */
const DEEPEST = 20;

/** The beginning of something that must not be shown whole. */
export function maskedStart(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : '…';
}

const HANDLE = /^[A-Za-z0-9_-]{22}$/;

/**
 * The end of a session key as it may be shown. A handle of this library opens nothing; any other id is a connect-redis session's, and whoever
 * has it has the session.
 */
export function shownId(id: string, isPlain = !HANDLE.test(id)): string {
  return isPlain ? maskedStart(id) : id;
}

/** Names of fields whose value is nobody's business. Rather one too many. */
const SECRET_NAME =
  /pass(?!port|enger|ive|age)|secret|token|key|credential|auth|cookie|otp|(^|[^a-z])pin([^a-z]|$)|signature|hash|salt|jwt|bearer|cvv|iban/i;
const JWT = /^eyJ[\w-]+\.[\w-]+\./;

/** A copy of a session's data in which values that look like secrets are `***`. */
export function maskSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return JWT.test(value) ? '***' : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return '…';
  if (Array.isArray(value)) return value.map((item: unknown) => maskSecrets(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]: [string, unknown]) => [
      name,
      SECRET_NAME.test(name) && item !== null ? '***' : maskSecrets(item, depth + 1),
    ]),
  );
}
