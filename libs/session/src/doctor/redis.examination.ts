import { type Environment, type Finding, finding } from './finding.js';
import type { RedisFacts } from './redis.facts.js';

/** GETDEL and SET ... GET of 6.2 and ZADD GT of 6.2 are used. */
const LEAST_VERSION = [6, 2] as const;

/**
 * What Redis says of itself, judged. On the loopback outside production only what breaks sessions is told: nobody runs
 * replicas on a laptop.
 */
export function examineRedis(facts: RedisFacts, where: Environment): Finding[] {
  return [
    ...ofServer(facts, where),
    ...ofMemory(facts, where),
    ...ofWay(facts, where),
    ...ofSurvival(facts, where),
  ];
}

function* ofServer({ version, product, isReplica }: RedisFacts, where: Environment): Generator<Finding> {
  if (version !== undefined && isOlder(version)) {
    yield finding(
      'REDIS_TOO_OLD',
      `This is ${product} ${version}, and sessions need the commands of Redis 6.2 (GETDEL, ZADD GT): logout and login fail.`,
      where,
    );
  }
  if (isReplica) {
    yield finding(
      'REDIS_IS_REPLICA',
      'This Redis is a replica: it refuses every write, so sessions can be neither made, changed nor ended.',
      where,
    );
  }
}

function* ofMemory(
  { evictionPolicy, maxMemory, isLocal }: RedisFacts,
  where: Environment,
): Generator<Finding> {
  if (evictionPolicy === undefined || evictionPolicy === 'noeviction') return;
  const isLimited = maxMemory !== 0;
  if (!isLimited && isLocal && !where.production) return;
  const now = isLimited
    ? 'once maxmemory is reached'
    : 'as soon as somebody sets maxmemory (it is not set now)';
  yield finding(
    'REDIS_EVICTS_SESSIONS',
    `maxmemory-policy is ${evictionPolicy}, so ${now} Redis drops sessions, login counters and marks of revocation without a word.`,
    { ...where, atMost: isLimited ? 'error' : 'warning' },
  );
}

function* ofWay({ isLocal, isOpen, isEncrypted }: RedisFacts, where: Environment): Generator<Finding> {
  if (isLocal) return;
  if (isOpen === true) {
    yield finding(
      'REDIS_NO_PASSWORD',
      'Redis is on another machine and asks nobody for a password: whoever reaches it can read, change and end every session.',
      where,
    );
  }
  if (!isEncrypted && where.production) {
    yield finding(
      'REDIS_NO_TLS',
      'Redis is on another machine and the connection has no TLS: whoever is on the way reads the data of sessions and the password.',
      where,
    );
  }
}

function* ofSurvival(
  { isPersistent, replicas, isReplica }: RedisFacts,
  where: Environment,
): Generator<Finding> {
  if (!where.production) return;
  if (isPersistent === false) {
    yield finding(
      'REDIS_NO_PERSISTENCE',
      'Redis writes nothing to disk (appendonly no, save ""): a restart logs everybody out and forgets blocks and marks of revocation.',
      where,
    );
  }
  if (replicas === 0 && !isReplica) {
    yield finding(
      'REDIS_NO_REPLICA',
      'Redis has no replica: while it is away every request with a session is answered 503.',
      where,
    );
  }
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_VERSION;
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}
