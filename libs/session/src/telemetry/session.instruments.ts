import type { Counter, Histogram, Meter } from '@opentelemetry/api';

/** Seconds. From a near Redis (a quarter of a millisecond) to the longest that a call may wait (`redis.maxWait`, 5 s on a Cluster). */
const BOUNDARIES = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What of it there are is in docs/telemetry.md; a test compares. */
export interface SessionInstruments {
  readonly loads: Counter;
  readonly saves: Counter;
  readonly conflicts: Counter;
  readonly refused: Counter;
  readonly created: Counter;
  readonly ended: Counter;
  readonly errors: Counter;
  readonly outages: Counter;
  readonly attempts: Counter;
  readonly challenges: Counter;
  readonly duration: Histogram;
}

/** The instruments that are told what happens. */
export function instrumentsOf(meter: Meter): SessionInstruments {
  const counter = (name: string, unit: string, description: string): Counter =>
    meter.createCounter(`redis_session.${name}`, { unit, description });
  return {
    loads: counter('loads', '{load}', 'Sessions looked for by their id.'),
    saves: counter('saves', '{save}', 'Sessions to be stored.'),
    conflicts: counter('conflicts', '{conflict}', 'Writes of other requests that were found and merged.'),
    refused: counter(
      'resurrections_refused',
      '{save}',
      'Saves that would have revived a session that had ended.',
    ),
    created: counter('sessions.created', '{session}', 'Sessions stored for the first time.'),
    ended: counter('sessions.ended', '{session}', 'Sessions ended before they expired.'),
    errors: counter('store.errors', '{error}', 'Operations that Redis did not carry out, or not in time.'),
    outages: counter('store.outages', '{outage}', 'Times that Redis was found to be away or to refuse.'),
    attempts: counter('login.attempts', '{attempt}', 'Login attempts that were judged.'),
    challenges: counter(
      'login.challenges',
      '{challenge}',
      'Proofs that were asked for before a login attempt.',
    ),
    duration: meter.createHistogram('redis_session.operation.duration', {
      unit: 's',
      description: 'How long operations took that ask Redis.',
      advice: { explicitBucketBoundaries: BOUNDARIES },
    }),
  };
}
