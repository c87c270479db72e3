/** What is measured, and what can become of it where nothing is thrown. */
export interface ProbeOutcomes {
  /** Of an id. `near`: by this process alone. `absent`: nothing is stored. `refused`: what is stored does not open, or not any more. */
  load: 'found' | 'near' | 'absent' | 'refused';
  /** Of a session that was loaded near. */
  confirm: 'found' | 'absent';
  /** `merged`: another request had written meanwhile, and both are in. `ended`: the session was, by this or before it. */
  save: 'written' | 'merged' | 'unchanged' | 'ended';
  update: 'written' | 'merged' | 'unchanged' | 'ended';
  /** Of the idle timeout. `merged`: another request's write has moved it. */
  touch: 'written' | 'merged' | 'ended';
  destroy: 'ended' | 'absent';
  /** Of a session that gets another one in its place, as at a login. */
  regenerate: never;
  /** Of several sessions, to be listed. */
  inspect: never;
  /** Of a login attempt: allowed, or what blocks it. */
  reserve: 'allowed' | 'account' | 'address' | 'pair' | 'network';
  /** Of what a login attempt has counted, once it is known how it ended. */
  settle: 'succeeded' | 'failed' | 'released';
  /** Of the proof that somebody has to give before a login attempt. */
  challenge: 'passed' | 'refused';
}

/** The name of what is measured. */
export type ProbedOperation = keyof ProbeOutcomes;

/** What is found out about an operation while it runs. */
export interface Measured<O extends ProbedOperation> {
  outcome?: ProbeOutcomes[O];
  /** How many times what other requests had written was taken in. */
  conflicts?: number;
  /**
   * Who judged a login attempt: the store that all processes share; what this process remembers of it; the options; or, during an outage,
   * this process.
   */
  decidedBy?: 'redis' | 'memory' | 'options' | 'process';
}

/** Somebody who measures what this module does. Must not throw; runs on the way of requests. */
export interface SessionProbe {
  /** Runs an operation that asks Redis; gives and throws what it does. */
  measure<O extends ProbedOperation, T>(
    operation: O,
    work: (measured: Measured<O>) => Promise<T>,
  ): Promise<T>;
  /** Told of an operation that was over without asking Redis. */
  note<O extends ProbedOperation>(operation: O, measured: Measured<O>): void;
}

/** How the near cache has fared since the start. */
export interface NearCacheStatistics {
  /** Sessions in it now. */
  readonly entries: number;
  /** Reads that it answered, and reads that went to Redis. */
  readonly hits: number;
  readonly misses: number;
  /** Sessions taken out because Redis said that they changed or went. */
  readonly drops: number;
  /** How often all of it was thrown away: a connection was lost or late, or Redis was emptied. */
  readonly flushes: number;
  /** Whether it is in use at this moment: both connections live, and Redis announces changes. */
  readonly isTrusted: boolean;
}

/**
 * Where the rooms of this module meet who measures them. They look at `probe` each time, and as long as nobody is there that is all: no
 * promise, no closure, no clock.
 */
export class MeasuringPoint {
  /** @default nobody measures */
  probe: SessionProbe | undefined;
  /** Where there is a near cache. */
  nearCache: (() => NearCacheStatistics) | undefined;
}
