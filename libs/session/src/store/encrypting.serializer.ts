import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { checkBoolean, checkNames, checkSecrets } from '../common/index.js';
import type { SerializerContext, SessionSerializer } from './record.codec.js';
import { UnreadableRecordError } from './record.values.js';

/** How {@link encryptingSerializer} encrypts. */
export interface EncryptingSerializerOptions {
  /**
   * At least 32 random bytes each: the first encrypts, all decrypt. Put a new one in front; take the old one out when
   * `session.absoluteTimeout` (or `rememberMe.absoluteTimeout`) has passed. Not the secret that signs the cookie. No default.
   */
  secrets: string | readonly string[] | undefined;
  /**
   * Also read JSON that is not encrypted, to move over without logging anybody out. Who can write to Redis can then put in
   * records of their own, so take it out afterwards.
   *
   * @default false
   */
  readPlain?: boolean;
}

const VERSION = 'e1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const KEY_ID_BYTES = 6;
/** Between salt-less HKDF's uses of the same secret. */
const PURPOSE = 'nestjs-redis-session record';

interface Key {
  /** Tells which secret encrypted; says nothing about it. */
  id: string;
  /** Where every session's own key comes from. */
  master: Buffer;
}

/**
 * Encrypts whole records with AES-256-GCM, so that Redis, its dumps and its replicas show neither data nor who is logged in.
 *
 * Text: `e1.<key id>.<base64url of nonce (12 bytes), ciphertext, tag (16 bytes)>`.
 * Keys: from each secret by HKDF-SHA256 a master key and the key id (6 bytes, 8 characters); from the master key a key of the
 * session's own, HMAC-SHA256(master, handle). So random nonces are far from their limit (2^32 writes of one session, not of
 * all together), and a record that was copied under another session's key opens nothing; version, key id and handle
 * are also authenticated. An older record of the same session, put back by somebody who can write to Redis, does open.
 *
 * What was tampered with, cut, made with another secret or by something else counts as unreadable: no session, and no error.
 *
 * @throws InvalidOptionError for missing, short or well-known secrets; never shows one
 * @example
 * SessionModule.forRoot({ ..., session: { serializer: encryptingSerializer({ secrets: process.env.SESSION_KEYS }) } })
 */
export function encryptingSerializer(options: EncryptingSerializerOptions): SessionSerializer {
  checkNames('encryptingSerializer', options, ['secrets', 'readPlain']);
  const path = 'encryptingSerializer.secrets';
  const [first, ...older] = checkSecrets(path, options.secrets);
  // Each by itself too: an older secret still decrypts, so it must not be a weak one either.
  for (const secret of older) checkSecrets(path, secret);
  const current = keyOf(first);
  const keys = new Map([...older.map(keyOf), current].map((key) => [key.id, key]));
  const readPlain = checkBoolean('encryptingSerializer.readPlain', options.readPlain, false);
  return {
    stringify: (record, context) => encrypt(JSON.stringify(record), current, context),
    parse: (text, context) => {
      if (readPlain && text.startsWith('{')) return parseJson(text);
      const [version, id = '', sealed = '', more] = text.split('.', 4);
      if (version !== VERSION || more !== undefined) throw new UnreadableRecordError('not encrypted');
      const key = keys.get(id);
      if (key === undefined) throw new UnreadableRecordError('encrypted with an unknown secret');
      return parseJson(decrypt(sealed, key, context));
    },
  };
}

function encrypt(json: string, key: Key, { handle }: SerializerContext): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', sessionKey(key, handle), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(key, handle));
  const sealed = Buffer.concat([nonce, cipher.update(json, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}.${key.id}.${sealed.toString('base64url')}`;
}

function decrypt(text: string, key: Key, { handle }: SerializerContext): string {
  const sealed = Buffer.from(text, 'base64url');
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new UnreadableRecordError('cut off');
  const decipher = createDecipheriv('aes-256-gcm', sessionKey(key, handle), sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(boundTo(key, handle));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const opened = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([opened, decipher.final()]).toString();
  } catch {
    throw new UnreadableRecordError('tampered with, or of another session');
  }
}

function keyOf(secret: string): Key {
  const derive = (use: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, '', `${PURPOSE} ${use} ${VERSION}`, bytes));
  return { id: derive('key id', KEY_ID_BYTES).toString('base64url'), master: derive('key', KEY_BYTES) };
}

const sessionKey = ({ master }: Key, handle: string): Buffer =>
  createHmac('sha256', master).update(handle).digest();

const boundTo = ({ id }: Key, handle: string): Buffer => Buffer.from(`${VERSION}.${id}.${handle}`);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableRecordError('not JSON');
  }
}
