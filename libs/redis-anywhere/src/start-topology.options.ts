import type { LocalWay } from './local.binary.js';
import type { StartRedisOptions } from './start-redis.options.js';

export interface StartTopologyOptions extends Pick<
  StartRedisOptions,
  'password' | 'startTimeout' | 'env' | 'onProgress' | 'onUnexpectedExit'
> {
  /**
   * Take redis-server from here only: `'path'` or `'debian-package'`. The nodes tell each other addresses that have to hold for
   * the program too, so they are processes of this machine: `'docker'`, and a `REDIS_VIA` that says so, is an error, and
   * `REDIS_URL`, which names one server, is not looked at.
   *
   * @default the environment variable `REDIS_VIA`, else both in this order
   */
  via?: LocalWay;

  /**
   * Port of the first node on 127.0.0.1; the others follow it, one by one. A taken one is an error.
   *
   * @default free ones below 32768
   */
  port?: number;

  /**
   * Further arguments for every node that holds data, after (so stronger than) those that this package gives.
   *
   * @example ['--maxmemory', '64mb']
   * @default []
   */
  args?: readonly string[];

  /**
   * Makes `partition()` possible: everything that nodes and clients say to a node passes a relay, which can be cut. It costs
   * throughput, so leave it off where nothing is cut. Linux, and Redis 7 or Valkey.
   *
   * @default false
   */
  partitions?: boolean;
}

export interface StartSentinelOptions extends StartTopologyOptions {
  /**
   * Password that the Sentinels themselves ask for, apart from that of the data.
   *
   * @default none
   */
  sentinelPassword?: string;
}

/** One process of a topology. */
export interface RedisNode {
  /** `node-1` and so on for those that hold data, `sentinel-1` and so on; stays the same whatever role the node has. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** With the password, if there is one. */
  readonly url: string;
  /** Process id; `undefined` while it does not run. */
  readonly pid: number | undefined;
}

export interface PartitionOptions {
  /**
   * Which side the clients are on, that is everybody who is no node.
   *
   * - `'rest'`: with the other nodes, as when a machine drops off the network
   * - `'isolated'`: with the nodes that are cut off
   * - `'both'`: they reach all nodes
   *
   * @default 'rest'
   */
  clients?: 'rest' | 'isolated' | 'both';
}

/** Several Redis processes that belong together. They die with this process, even when that is killed by SIGKILL. */
export interface RedisTopology {
  readonly nodes: readonly RedisNode[];
  /** A sentence that says which Redis runs where. Holds no password. */
  readonly description: string;

  /** Ends a node at once (SIGKILL) and resolves when it is gone. Does nothing if it is already dead. */
  kill(node: RedisNode | string): Promise<void>;
  /** Freezes a node (SIGSTOP): connections stay open and nothing answers. Throws `NOT_RUNNING`. */
  pause(node: RedisNode | string): Promise<void>;
  /** Ends a `pause()`. Does nothing if there was none. Throws `NOT_RUNNING`. */
  resume(node: RedisNode | string): Promise<void>;
  /** Starts a node again on its port and with its data, after a clean shutdown if it still runs. */
  restart(node: RedisNode | string): Promise<void>;
  /**
   * Cuts these nodes off from all others, in place of an earlier partition. Needs the option `partitions`. Packets vanish:
   * connections across the cut stay open and silent, and go on after `heal()` with what was on its way. A new connection across
   * it is accepted and stays silent, where a real network would not even accept it.
   */
  partition(nodes: readonly (RedisNode | string)[], options?: PartitionOptions): Promise<void>;
  /** Ends a `partition()`. Does nothing if there was none. */
  heal(): Promise<void>;
  /**
   * Resolves when those nodes that run have found each other (again): every replica is in step with a primary, and all agree
   * on who that is. Throws `START_FAILED` if they do not within `startTimeout`.
   */
  settled(): Promise<void>;
  /** Ends all nodes and deletes their temporary folders. Further calls do nothing. */
  stop(): Promise<void>;
}

/** One primary, two replicas and three Sentinels that watch them. */
export interface RedisSentinel extends RedisTopology {
  /** The name under which the Sentinels know the primary. */
  readonly name: string;
  /** Where to ask them, as client libraries take it. */
  readonly sentinels: readonly { host: string; port: number }[];
  /** The node that most of the Sentinels name as the primary. */
  primary(): Promise<RedisNode>;
}

/** Three primaries, each with one replica. */
export interface RedisCluster extends RedisTopology {
  /** The primary of a key's slot, as the nodes that run see it. */
  primaryOf(key: string): Promise<RedisNode>;
  /** Who serves slots now, by their first slot, as the nodes that run see it; one that was just killed until it has a successor. */
  primaries(): Promise<RedisNode[]>;
  /** The replicas of a primary. */
  replicasOf(primary: RedisNode | string): Promise<RedisNode[]>;
}
