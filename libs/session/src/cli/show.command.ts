import type { SessionMeta } from '../store/index.js';
import type { Command } from './command.js';
import { maskedStart, maskSecrets } from './masking.js';
import { withRedis } from './redis.target.js';
import { deadlinesOf, findSession, type StoredSession, storedLevelOf } from './stored.session.js';
import { harmlessJson } from './terminal.js';
import { bytes, instant, lengthOf, listing } from './wording.js';

/** What is in a session. */
export const showCommand: Command = {
  words: 'sessions show',
  summary: 'Shows what a session holds, without what would let somebody in.',
  usage: 'HANDLE [options]',
  help: `HANDLE is the end of the key, or a beginning of at least 6 characters that no other session has. Hashes of secrets are cut,
and values of fields that are called password, token, key and the like are ***.
`,
  options: [],
  handle: 'required',
  run: ({ values, handle = '', terminal }) =>
    withRedis(values, async (target) => {
      const session = await findSession(target, handle);
      const now = target.clock.now();
      if (terminal.isJson) terminal.json(valueOf(session, now));
      else terminal.line(textOf(session, target.prefix, now));
      return 0;
    }),
};

function textOf(session: StoredSession, prefix: string, now: number): string {
  const { name, isPlain, record, problem, expiresIn } = session;
  const life = expiresIn === undefined ? 'no expiry' : `expires in ${lengthOf(expiresIn)}`;
  const head: [string, string | undefined][] = [
    ['handle', isPlain ? `${name} (an id of connect-redis: who has all of it has the session)` : name],
    ['stored', `${prefix}${name}, ${bytes(session.bytes)}, ${life}`],
  ];
  if (record === undefined) {
    return listing([...head, ['unreadable', `${problem}; the application's serializer may read it`]]);
  }
  const { meta } = record;
  const { secure, httpOnly, sameSite, domain, path, originalMaxAge } = record.cookie;
  const attributes = {
    ...{ secure, httpOnly, sameSite, domain, path },
    maxAge: originalMaxAge === null ? 'ends with the browser' : lengthOf(originalMaxAge),
  };
  const cookie = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([attribute, value]) => `${attribute} ${String(value)}`);
  return [
    listing([...head, ...(meta === undefined ? [] : metaLines(meta, now)), ['cookie', cookie.join(', ')]]),
    `data\n${harmlessJson(maskSecrets(record.data), 2)}`,
  ].join('\n');
}

function metaLines(meta: SessionMeta, now: number): [string, string | undefined][] {
  const { auth, policy, secrets, createdAt, lastActiveAt, renewedAt } = meta;
  const deadlines = deadlinesOf(meta);
  const roles = auth === undefined || auth.roles.length === 0 ? '' : `, roles ${auth.roles.join(', ')}`;
  return [
    ['user', auth === undefined ? 'nobody is logged in' : auth.userId + roles],
    ['level', storedLevelOf(meta, now)],
    ['logged in', auth && instant(auth.authenticatedAt, now)],
    ['device', auth && [auth.device, auth.network].filter(Boolean).join(', ')],
    ['created', instant(createdAt, now)],
    ['last active', instant(lastActiveAt, now)],
    ['secret since', secrets && instant(renewedAt, now)],
    ['idle end', deadlines && `${instant(deadlines.idle, now)}, timeout ${lengthOf(policy.idle)}`],
    [
      'absolute end',
      deadlines && `${instant(deadlines.absolute, now)}, timeout ${lengthOf(policy.absolute)}`,
    ],
    ['secrets', secrets && hashesOf(secrets)],
  ];
}

function hashesOf({ current, next, previous, graceUntil }: NonNullable<SessionMeta['secrets']>): string {
  const named = Object.entries({ current, next, previous });
  const hashes = named.flatMap(([name, hash]) =>
    hash === undefined ? [] : [`${name} ${maskedStart(hash)}`],
  );
  const grace = graceUntil === undefined ? '' : ` until ${new Date(graceUntil).toISOString()}`;
  return `${hashes.join(', ')}${grace} (hashes)`;
}

function valueOf(
  { name, isPlain, record, problem, bytes: size, expiresIn }: StoredSession,
  now: number,
): object {
  const { meta, cookie, data } = record ?? {};
  const { secrets, auth, policy } = meta ?? {};
  const iso = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
  const deadlines = deadlinesOf(meta);
  return {
    handle: name,
    isPlain,
    bytes: size,
    expiresIn,
    problem,
    level: record === undefined ? undefined : storedLevelOf(meta, now),
    auth: auth && { ...auth, authenticatedAt: iso(auth.authenticatedAt) },
    createdAt: iso(meta?.createdAt),
    lastActiveAt: iso(meta?.lastActiveAt),
    renewedAt: iso(meta?.renewedAt),
    idleEndsAt: iso(deadlines?.idle),
    absoluteEndsAt: iso(deadlines?.absolute),
    policy,
    secrets:
      secrets &&
      Object.fromEntries(
        Object.entries(secrets).map(([role, value]: [string, unknown]) => [
          role,
          typeof value === 'string' ? maskedStart(value) : value,
        ]),
      ),
    cookie,
    data: maskSecrets(data),
  };
}
