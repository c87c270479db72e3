import { InvalidOptionError } from './session.error.js';

/** Fewer bytes are guessed sooner than the hash is broken. */
const LEAST_BYTES = 32;

/** What tutorials and READMEs show, in lower case without signs between the letters. */
const SAMPLES = [
  'yoursecretkey',
  'yoursecret',
  'keyboardcat',
  'changeme',
  'changethis',
  'replaceme',
  'supersecret',
  'mysecret',
  'secretkey',
  'sessionsecret',
  'topsecret',
  'secretsecret',
  'verysecret',
  'pleasechange',
];

const REMEDY = 'Make one with: node -p "crypto.randomBytes(32).toString(\'base64url\')"';

/**
 * Checks secrets of which the first makes and all are accepted, so that one is replaced by putting the new one in front.
 *
 * @throws InvalidOptionError, which never shows a secret
 */
export function checkSecrets(
  path: string,
  given: string | readonly string[] | undefined,
): readonly [string, ...string[]] {
  const list: readonly unknown[] = typeof given === 'string' ? [given] : Array.isArray(given) ? given : [];
  const secrets = list.filter((secret): secret is string => typeof secret === 'string' && secret !== '');
  const [first, ...older] = secrets;
  if (first === undefined) throw new InvalidOptionError(path, `is missing. ${REMEDY}`);
  if (secrets.length !== list.length) {
    throw new InvalidOptionError(
      path,
      'has an entry that is no text or is empty. Remove it: an empty secret would let anybody sign.',
    );
  }
  const bytes = Buffer.byteLength(first);
  if (bytes < LEAST_BYTES) {
    throw new InvalidOptionError(path, `has ${bytes} bytes and must have at least ${LEAST_BYTES}. ${REMEDY}`);
  }
  if (secrets.some(isSample)) {
    throw new InvalidOptionError(path, `is one that everybody knows from examples. ${REMEDY}`);
  }
  return [first, ...older];
}

function isSample(secret: string): boolean {
  const letters = secret.toLowerCase().replace(/[^a-z]/g, '');
  // A sample that was repeated or lengthened with digits to pass a length check is still a sample.
  const isRepeated = SAMPLES.some((sample) => letters !== '' && letters.replaceAll(sample, '') === '');
  return isRepeated || new Set(secret).size < 8;
}
