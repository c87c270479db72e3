import type { ResolvedHealthOptions } from './session-health.options.js';
import type { ServerHealth, SessionHealth, SessionHealthReason } from './session.health.js';
import type { ProbedPrimary } from './cluster.probe.js';

/** What was found, before the thresholds. */
export type Verdict = Pick<SessionHealth, 'message' | 'reasons'> & { status: 'up' | 'degraded' | 'down' };

/** A threshold that is passed, and in words. */
type Finding = readonly [SessionHealthReason, string];

/** Holds what one server said against the thresholds. */
export function judgeServer(server: ServerHealth, options: ResolvedHealthOptions): Verdict {
  return verdictOn([
    ...(server.role === 'replica'
      ? [['role', 'This is a replica, which refuses writes: connect to the primary.'] as const]
      : []),
    ...findingsIn(server, options),
  ]);
}

/** Down if no primary serves, because one of three that is lost leaves two thirds of the sessions. */
export function judgeCluster(primaries: readonly ProbedPrimary[], options: ResolvedHealthOptions): Verdict {
  const serving = primaries.filter(({ status }) => status === 'up');
  const lost = primaries.length - serving.length;
  if (serving.length === 0) {
    const isAnswered = primaries.some(({ latency }) => latency !== undefined);
    const message = isAnswered
      ? 'The Cluster refuses all commands (cluster_state:fail): some of its slots are served by nobody.'
      : 'No primary of the Cluster answers.';
    return { status: 'down', message };
  }
  const findings = serving.flatMap(({ latency = 0, ...rest }) => findingsIn({ latency, ...rest }, options));
  if (lost > 0) {
    findings.unshift([
      'primaries',
      `${lost} of ${primaries.length} primaries ${lost === 1 ? 'does' : 'do'} not serve: requests for sessions there get 503.`,
    ]);
  }
  return verdictOn(findings);
}

function findingsIn(
  { latency, role, replicas, replicationLag = 0 }: ServerHealth,
  { maxLatency, minReplicas, maxLag }: ResolvedHealthOptions,
): Finding[] {
  const found: Finding[] = [];
  if (latency > maxLatency) {
    found.push(['maxLatency', `An answer takes ${latency} ms, more than maxLatency (${maxLatency} ms).`]);
  }
  // A replica has none of its own, and that it is one has been said.
  if (minReplicas > 0 && role !== 'replica' && (replicas === undefined || replicas < minReplicas)) {
    const count =
      replicas === undefined
        ? 'Redis does not tell how many replicas it has (INFO)'
        : `${replicas} ${replicas === 1 ? 'replica follows' : 'replicas follow'}`;
    found.push(['minReplicas', `${count}; minReplicas is ${minReplicas}.`]);
  }
  if (replicationLag > maxLag) {
    found.push(['maxLag', `A replica is ${replicationLag} bytes behind, more than maxLag (${maxLag}).`]);
  }
  return found;
}

function verdictOn(findings: readonly Finding[]): Verdict {
  if (findings.length === 0) return { status: 'up' };
  // On a Cluster several primaries may have the same to say.
  const reasons = [...new Set(findings.map(([reason]) => reason))];
  const message = [...new Set(findings.map(([, words]) => words))].join(' ');
  return { status: 'degraded', message, reasons };
}
