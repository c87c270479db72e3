import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis, type StartRedisOptions } from 'redis-anywhere';
import { type AccessLine, documentedAccess, type OtherKeys, rulesOf } from './documented.access.js';

/** The name that the libraries under test log in by. */
export const USER = 'sessions';
/** The password of the default user, who may do everything: only tests have it. */
const ADMIN_PASSWORD = 'of-the-tests-themselves';

const FILES = ['ca.pem', 'server.pem', 'server-key.pem'];

/** A Redis that speaks TLS only, with two users: one for the tests and the one of docs/security.md for the libraries. */
export interface SecureRedis {
  readonly server: RedisServer;
  /** `rediss://`, as the user {@link USER}. */
  readonly url: string;
  /** `rediss://`, as the one who may do everything. */
  readonly adminUrl: string;
  /** The certificate of the authority. */
  readonly ca: string;
}

export interface SecureRedisOptions extends StartRedisOptions {
  /** Folder with ca.pem, server.pem and server-key.pem, see tools/test-authority.js. */
  certificates: string;
  /** @default all lines of docs/security.md that this version of Redis knows */
  access?: readonly AccessLine[];
  /** Other beginnings of keys beside the documented ones. */
  keys?: OtherKeys;
}

/** Starts one. What `password` says is the password of the restricted user. */
export async function startSecureRedis({
  certificates,
  access,
  keys,
  password = 'of-the-application',
  ...options
}: SecureRedisOptions): Promise<SecureRedis> {
  // In the server's own folder, which a container has too.
  const dir = await mkdtemp(join(tmpdir(), 'secure-redis-'));
  await Promise.all(FILES.map((name) => copyFile(join(certificates, name), join(dir, name))));
  const remove = () => rm(dir, { recursive: true, force: true });
  const server = await startRedis({ ...options, dir, password: ADMIN_PASSWORD }).catch(
    async (error: unknown) => {
      await remove();
      throw error;
    },
  );
  const stop = async (): Promise<void> => {
    await server.stop();
    await remove();
  };
  const speakTls = async (): Promise<void> => {
    const admin = new Redis(server.url, { retryStrategy: () => null });
    try {
      const lines = access ?? (await knownTo(admin));
      await admin.call('ACL', 'SETUSER', USER, ...rulesOf(lines, { password, keys }));
      // Its own, which in a container is another one than from here.
      const [, port = ''] = await admin.config('GET', 'port');
      const set = (name: string, value: string) => admin.config('SET', name, value);
      await set('tls-ca-cert-file', 'ca.pem');
      await admin.config('SET', 'tls-cert-file', 'server.pem', 'tls-key-file', 'server-key.pem');
      await set('tls-auth-clients', 'no');
      // This connection stays; nobody else gets one without TLS.
      await set('port', '0');
      await admin.config('SET', 'tls-replication', 'yes', 'masterauth', ADMIN_PASSWORD);
      // Whoever came too early waits for an answer in TLS, which would never come.
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await set('tls-port', port);
    } finally {
      admin.disconnect();
    }
  };
  try {
    await speakTls();
  } catch (error) {
    await stop();
    throw error;
  }
  const adminUrl = server.url.replace('redis://', 'rediss://');
  const url = adminUrl.replace(
    `:${encodeURIComponent(ADMIN_PASSWORD)}@`,
    `${USER}:${encodeURIComponent(password)}@`,
  );
  return {
    url,
    adminUrl,
    ca: await readFile(join(certificates, 'ca.pem'), 'utf8'),
    server: {
      url,
      via: server.via,
      description: server.description,
      kill: () => server.kill(),
      pause: () => server.pause(),
      resume: () => server.resume(),
      stop,
      // What was set is not kept.
      restart: async () => {
        await server.restart();
        await speakTls();
      },
    },
  };
}

/** The documented lines; of those for newer versions, the ones that this server knows. */
async function knownTo(admin: Redis): Promise<AccessLine[]> {
  const lines = documentedAccess();
  const known: AccessLine[] = [];
  for (const line of lines) {
    const probe = line.purpose.startsWith('Redis 7.2');
    if (probe && (await admin.call('ACL', 'SETUSER', 'probe', ...line.rules).catch(() => undefined)) !== 'OK')
      continue;
    known.push(line);
  }
  return known;
}

/** What Redis has refused a user, one line each: a command, or what of its keys or channels. */
export async function refusedTo(admin: Redis, user = USER): Promise<string[]> {
  const log = (await admin.acl('LOG')) as unknown[];
  return log
    .map(fieldsOf)
    .flatMap(({ username, reason, object, context }) =>
      username === user && reason !== 'auth' ? [`${reason} ${object} (${context})`] : [],
    );
}

function fieldsOf(entry: unknown): Record<string, string> {
  if (!Array.isArray(entry))
    return entry instanceof Map ? Object.fromEntries(entry) : (entry as Record<string, string>);
  const flat: string[] = entry.map(String);
  return Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? '']] : [])));
}
