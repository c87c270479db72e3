import { type Environment, type Finding, finding } from './finding.js';
import type { RedisFacts } from './redis.facts.js';
import type { SentinelFacts } from './sentinel.facts.js';
import type { ServerFacts } from './server.facts.js';

/** With fewer, the loss of one leaves no majority. */
const LEAST_SENTINELS = 3;
const SLOTS = 16_384;

/** What follows from how the servers belong together: which one is read, who names a new primary, what one lost node stops. */
export function* examineTopology(facts: RedisFacts, where: Environment): Generator<Finding> {
  if (facts.readsReplicas) {
    yield finding(
      'REDIS_READS_REPLICAS',
      'The client reads from replicas, which are behind: a session that was ended a moment ago is still there, and one that was just made is not.',
      where,
    );
  }
  if (facts.sentinels !== undefined) yield* ofSentinels(facts.sentinels, facts, where);
  if (facts.topology === 'cluster') yield* ofCluster(facts.servers, where);
}

function* ofSentinels(
  sentinels: SentinelFacts,
  { servers: [primary], readsReplicas }: RedisFacts,
  where: Environment,
): Generator<Finding> {
  const { isLocal, isEncrypted, isOpen } = sentinels;
  if (!isLocal && isOpen === true) {
    yield finding(
      'SENTINEL_NO_PASSWORD',
      'The Sentinels are on another machine and ask nobody for a password: whoever reaches them can have another server named as the primary, and sessions go there.',
      where,
    );
  }
  if (!where.production) return;
  if (!isLocal && !isEncrypted) {
    yield finding(
      'REDIS_NO_TLS',
      'The Sentinels are on another machine and the connection to them has no TLS: whoever is on the way can name another server as the primary.',
      where,
    );
  }
  yield* ofAgreement(sentinels, where);
  if (primary.leastReplicas === 0 && !readsReplicas) {
    yield finding(
      'REDIS_MIN_REPLICAS',
      'min-replicas-to-write is 0, so a primary that is cut off goes on confirming logins and logouts, and all of them are lost when the other side has chosen its successor.',
      where,
    );
  }
}

/** Whether the Sentinels can name another primary when this one is lost. */
function* ofAgreement(
  { known, reached, silent, quorum }: SentinelFacts,
  where: Environment,
): Generator<Finding> {
  // None of them lets us ask, and yet they named the primary.
  if (quorum === undefined) return;
  const count = reached.length;
  if (count < LEAST_SENTINELS) {
    const missing = silent.length === 0 ? '' : ` (no answer from ${silent.join(', ')})`;
    yield finding(
      'SENTINELS_TOO_FEW',
      known < LEAST_SENTINELS
        ? `Only ${sentinelsIn(known)} watch${known === 1 ? 'es' : ''} the primary: if one is lost together with it, nobody names another one.`
        : `Of ${known} Sentinels ${count} answer${count === 1 ? 's' : ''}${missing}: if one more is lost, nobody names another primary.`,
      where,
    );
  }
  const majority = Math.floor(known / 2) + 1;
  if (Math.max(quorum, majority) > count) {
    yield finding(
      'SENTINEL_QUORUM',
      `${sentinelsIn(count)} answer${count === 1 ? 's' : ''}, and it takes ${quorum} to find the primary lost (quorum) and ${majority} of ${known} to name another one: there will be no failover.`,
      where,
    );
  } else if (quorum === known && known >= LEAST_SENTINELS) {
    yield finding(
      'SENTINEL_QUORUM',
      `The quorum is ${quorum} of ${known} Sentinels: as soon as one of them is lost there will be no failover.`,
      { ...where, atMost: 'warning' },
    );
  } else if (quorum === 1 && known > 1) {
    yield finding(
      'SENTINEL_QUORUM',
      `The quorum is 1 of ${known} Sentinels: one that loses sight of a primary that is well begins a failover, and what the primary had not copied is lost.`,
      { ...where, atMost: 'warning' },
    );
  }
}

const sentinelsIn = (count: number): string => `${count} Sentinel${count === 1 ? '' : 's'}`;

function* ofCluster(servers: readonly ServerFacts[], where: Environment): Generator<Finding> {
  const down = servers.filter(({ cluster }) => cluster?.isUp === false);
  const served = Math.min(...servers.map(({ cluster }) => cluster?.servedSlots ?? SLOTS));
  if (down.length > 0) {
    const which =
      down.length === servers.length ? 'Every primary' : down.map(({ address }) => address).join(', ');
    yield finding(
      'CLUSTER_DOWN',
      `${which}: cluster_state is fail, so every request with a session there is answered 503.`,
      where,
    );
  }
  if (served < SLOTS) {
    yield finding(
      'CLUSTER_SLOTS_MISSING',
      `${(SLOTS - served).toLocaleString('en')} of ${SLOTS.toLocaleString('en')} slots are served by nobody: requests with a session, a user or a login attempt there are answered 503.`,
      where,
    );
  }
  if (where.production && servers.some(({ cluster }) => cluster?.needsAllSlots)) {
    yield finding(
      'CLUSTER_FULL_COVERAGE',
      'cluster-require-full-coverage is yes, so one lost primary stops the sessions of all others too until it has a successor.',
      where,
    );
  }
}
