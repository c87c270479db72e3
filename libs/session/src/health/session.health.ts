import type { Milliseconds } from '../common/index.js';
import type { CallQueue } from '../redis/index.js';

/** Which threshold is passed. `role`: a replica refuses writes; `primaries`: some of a Cluster do not serve. */
export type SessionHealthReason = 'maxLatency' | 'minReplicas' | 'maxLag' | 'role' | 'primaries';

/** What one server says of itself. Where it does not (INFO is forbidden), fields are missing. */
export interface ServerHealth {
  /** From the question to the answer of a PING, waiting for the connection included, to a tenth of a millisecond. */
  readonly latency: Milliseconds;
  readonly role?: 'primary' | 'replica';
  /** How many replicas follow it and are in step. */
  readonly replicas?: number;
  /** Bytes that the replica furthest behind has not confirmed; missing without replicas. */
  readonly replicationLag?: number;
}

/** One primary of a Cluster. */
export interface PrimaryHealth extends Partial<Omit<ServerHealth, 'role'>> {
  /** Down: it does not answer, or it refuses because slots of the Cluster are served by nobody. */
  readonly status: 'up' | 'down';
  /** How many of the 16,384 slots it serves: its share of the sessions. */
  readonly slots: number;
  /** Host and port, with `showAddresses`. */
  readonly address?: string;
}

/** What a check tells, beside the status that terminus puts to it: `up`, `degraded` or `down`. */
export interface SessionHealth {
  /** For people: why it is degraded or down. */
  readonly message?: string;
  /** For programs: why it is degraded. */
  readonly reasons?: readonly SessionHealthReason[];
  readonly topology: 'standalone' | 'sentinel' | 'cluster';
  /** Of a PING; on a Cluster of the slowest primary that answered. */
  readonly latency?: Milliseconds;
  /** Not on a Cluster. Missing, like the two after it, where INFO is forbidden. */
  readonly role?: 'primary' | 'replica';
  /** How many replicas follow the server and are in step. Not on a Cluster. */
  readonly replicas?: number;
  /** Bytes that the replica furthest behind has not confirmed. Not on a Cluster, nor without replicas. */
  readonly replicationLag?: number;
  /** On a Cluster. */
  readonly primaries?: readonly PrimaryHealth[];
  /** Host and port of the server, with `showAddresses`. Not on a Cluster. */
  readonly address?: string;
  /** Calls of this process that were not settled when the check began: they wait for a connection, or have no answer. */
  readonly queue: CallQueue;
  /** Changes of the primary that this process has seen. */
  readonly failovers: {
    readonly count: number;
    /** ISO 8601; missing without one. */
    readonly lastAt?: string;
  };
}
