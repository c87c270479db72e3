import { type Environment, type Finding, finding } from './finding.js';
import type { RedisFacts } from './redis.facts.js';
import type { ServerFacts } from './server.facts.js';
import { examineTopology } from './topology.examination.js';

/** GETDEL and SET ... GET of 6.2 and ZADD GT of 6.2 are used. */
const LEAST_VERSION = [6, 2] as const;

/**
 * What Redis says of itself, judged. On the loopback outside production only what breaks sessions is told: nobody runs
 * replicas on a laptop.
 */
export function examineRedis(facts: RedisFacts, where: Environment): Finding[] {
  const examined = new Examined(facts);
  return [
    ...ofServers(examined, where),
    ...ofMemory(examined, where),
    ...ofWay(examined, where),
    ...ofSurvival(examined, where),
    ...examineTopology(facts, where),
  ];
}

/** The servers, and how to say which of them is meant. */
class Examined {
  constructor(readonly facts: RedisFacts) {}

  /** Those of which something is so, in groups that say the same sentence. */
  *saying(sentence: (server: ServerFacts) => string | undefined): Generator<[string, ServerFacts]> {
    const { servers } = this.facts;
    const groups = new Map<string, [ServerFacts, ...ServerFacts[]]>();
    for (const server of servers) {
      const said = sentence(server);
      if (said === undefined) continue;
      const group = groups.get(said);
      if (group === undefined) groups.set(said, [server]);
      else group.push(server);
    }
    for (const [said, group] of groups) {
      const all =
        group.length === servers.length ? 'Every primary' : group.map(({ address }) => address).join(', ');
      yield [servers.length === 1 ? said : `${all}: ${said}`, group[0]];
    }
  }
}

function* ofServers(examined: Examined, where: Environment): Generator<Finding> {
  const tooOld = examined.saying(({ version, product }) =>
    version !== undefined && isOlder(version)
      ? `This is ${product} ${version}, and sessions need the commands of Redis 6.2 (GETDEL, ZADD GT): logout and login fail.`
      : undefined,
  );
  for (const [message] of tooOld) yield finding('REDIS_TOO_OLD', message, where);
  // Who asks for replicas gets one, and is told of that.
  if (examined.facts.readsReplicas) return;
  const replicas = examined.saying(({ isReplica }) =>
    isReplica
      ? 'This Redis is a replica: it refuses every write, so sessions can be neither made, changed nor ended.'
      : undefined,
  );
  for (const [message] of replicas) yield finding('REDIS_IS_REPLICA', message, where);
}

function* ofMemory(examined: Examined, where: Environment): Generator<Finding> {
  const evicting = examined.saying(({ evictionPolicy, maxMemory, isLocal }) => {
    if (evictionPolicy === undefined || evictionPolicy === 'noeviction') return undefined;
    const isLimited = maxMemory !== 0;
    if (!isLimited && isLocal && !where.production) return undefined;
    const now = isLimited
      ? 'once maxmemory is reached'
      : 'as soon as somebody sets maxmemory (it is not set now)';
    return `maxmemory-policy is ${evictionPolicy}, so ${now} Redis drops sessions, login counters and marks of revocation without a word.`;
  });
  for (const [message, { maxMemory }] of evicting)
    yield finding('REDIS_EVICTS_SESSIONS', message, {
      ...where,
      atMost: maxMemory === 0 ? 'warning' : 'error',
    });
}

function* ofWay(examined: Examined, where: Environment): Generator<Finding> {
  const open = examined.saying(({ isLocal, isOpen }) =>
    !isLocal && isOpen === true
      ? 'Redis is on another machine and asks nobody for a password: whoever reaches it can read, change and end every session.'
      : undefined,
  );
  for (const [message] of open) yield finding('REDIS_NO_PASSWORD', message, where);
  if (!where.production) return;
  const plain = examined.saying(({ isLocal, isEncrypted }) =>
    !isLocal && !isEncrypted
      ? 'Redis is on another machine and the connection has no TLS: whoever is on the way reads the data of sessions and the password.'
      : undefined,
  );
  for (const [message] of plain) yield finding('REDIS_NO_TLS', message, where);
}

function* ofSurvival(examined: Examined, where: Environment): Generator<Finding> {
  const { topology, durableReplicas = 0 } = examined.facts;
  const tooFew = examined.saying(({ replicas, isReplica }) =>
    replicas !== undefined && replicas < durableReplicas && !isReplica
      ? `redis.durability asks for ${durableReplicas} replicas and ${replicas} ${replicas === 1 ? 'is' : 'are'} in step: logins, logouts and revocations are answered 503.`
      : undefined,
  );
  for (const [message] of tooFew) yield finding('REDIS_DURABILITY', message, where);
  if (!where.production) return;
  const forgetful = examined.saying(({ isPersistent }) =>
    isPersistent === false
      ? 'Redis writes nothing to disk (appendonly no, save ""): a restart logs everybody out and forgets blocks and marks of revocation.'
      : undefined,
  );
  for (const [message] of forgetful) yield finding('REDIS_NO_PERSISTENCE', message, where);
  const whose = topology === 'cluster' ? 'with a session of its slots' : 'with a session';
  const alone = examined.saying(({ replicas, isReplica }) =>
    replicas === 0 && !isReplica
      ? `Redis has no replica that is in step: while it is away every request ${whose} is answered 503${topology === 'server' ? '' : ', and nobody can take over'}.`
      : undefined,
  );
  for (const [message] of alone) yield finding('REDIS_NO_REPLICA', message, where);
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_VERSION;
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}
