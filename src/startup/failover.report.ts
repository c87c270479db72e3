import { setTimeout as delay } from 'node:timers/promises';
import type { SessionRedisOptions } from 'nestjs-redis-session';
import type { RedisNode, RedisTopology } from 'redis-anywhere';
import type { RedisEnvironment } from './redis.environment.js';

/** After a node has ended and, if it was a primary, has a successor, ms: long enough to see how the application goes on without it. */
const RESTART_AFTER = 5_000;
/** How long to wait for a successor, ms. Whoever kills replica and primary waits in vain. */
const PATIENCE = 60_000;
const PAUSE = 100;

/** Nodes that were started, and how programs reach them. */
export interface StartedTopology {
  readonly nodes: RedisTopology;
  readonly redis: SessionRedisOptions;
  readonly environment: RedisEnvironment;
  /** Who takes writes now. */
  readonly primaries: () => Promise<readonly RedisNode[]>;
}

/** Says who is who among the nodes, and what happens when somebody ends one of them; then starts it again, so that it can be tried anew. */
export class FailoverReport {
  private readonly ended = new AbortController();
  /** Names of those that took writes when it was last looked. */
  private primaries: ReadonlySet<string> = new Set();
  private readonly down = new Set<string>();
  private topology: StartedTopology | undefined;

  constructor(private readonly say: (line: string) => void) {}

  /** Says one line for each node, and from now on what happens to them. */
  async follow(topology: StartedTopology): Promise<void> {
    this.topology = topology;
    await this.look(topology);
    for (const node of topology.nodes.nodes) {
      const { name, host, port, pid } = node;
      this.say(`Redis: ${name.padEnd(10)} ${host}:${port}  ${this.roleOf(node).padEnd(8)} process ${pid}`);
    }
  }

  /** How to see a failover by hand. */
  advice(): string {
    const alive = (this.topology?.nodes.nodes ?? []).filter(({ name }) => this.primaries.has(name));
    const [first] = alive;
    if (first?.pid === undefined) return 'Failover: no primary runs at the moment';
    const [which, who] =
      alive.length === 1
        ? ['the primary', 'requests wait']
        : [`one of ${alive.length} primaries`, 'requests that need it wait'];
    return `Failover: kill -9 ${first.pid} ends ${first.name}, ${which}; go on clicking, ${who} for its successor`;
  }

  /** Called with a sentence that says which node has ended. */
  told(reason: string): void {
    const { topology } = this;
    const node = topology?.nodes.nodes.find(({ name }) => reason.startsWith(`${name} `));
    if (topology === undefined || node === undefined || this.ended.signal.aborted || this.down.has(node.name))
      return;
    this.down.add(node.name);
    this.say(`Redis: ${reason}`);
    this.bringBack(node, topology)
      .catch((error: unknown) => {
        if (this.ended.signal.aborted) return;
        const why = error instanceof Error ? error.message : String(error);
        this.say(
          `Redis: ${node.name} cannot be started again (${why}). Stop the application and start it anew.`,
        );
      })
      .finally(() => this.down.delete(node.name));
  }

  /** From now on nothing is said or started. */
  end(): void {
    this.ended.abort();
  }

  private async bringBack(lost: RedisNode, topology: StartedTopology): Promise<void> {
    const { nodes } = topology;
    // They may have changed roles since it was last looked: a busy machine has failovers that nobody caused.
    await this.look(topology).catch(() => undefined);
    if (this.primaries.has(lost.name)) await this.waitForSuccessor(lost, topology);
    await this.pause(RESTART_AFTER);
    await nodes.restart(lost);
    // It runs, also where a busy machine takes long to put them in step again.
    await nodes.settled().catch(() => undefined);
    await this.look(topology).catch(() => undefined);
    const { name, pid } = lost;
    if (this.ended.signal.aborted) return;
    // It was ended once more before the nodes had found each other.
    if (pid === undefined) return this.bringBack(lost, topology);
    this.say(`Redis: ${name} runs again, ${this.roleOf(lost)}, process ${pid}. ${this.advice()}`);
  }

  private async waitForSuccessor({ name }: RedisNode, topology: StartedTopology): Promise<void> {
    const lostAt = performance.now();
    const before = this.primaries;
    while (performance.now() - lostAt < PATIENCE) {
      await this.pause(PAUSE);
      // Meanwhile nobody may know who it is.
      await this.look(topology).catch(() => undefined);
      if (this.primaries.has(name)) continue;
      const seconds = ((performance.now() - lostAt) / 1000).toFixed(1);
      const successor = [...this.primaries].find((other) => !before.has(other));
      this.say(`Redis: ${successor ?? 'another node'} has taken over from ${name}, ${seconds} s later`);
      return;
    }
    this.say(`Redis: nobody has taken over from ${name} within ${PATIENCE / 1000} s`);
  }

  private async look({ primaries }: StartedTopology): Promise<void> {
    this.primaries = new Set((await primaries()).map(({ name }) => name));
  }

  private roleOf({ name }: RedisNode): string {
    if (name.startsWith('sentinel')) return 'Sentinel';
    return this.primaries.has(name) ? 'primary' : 'replica';
  }

  private pause(time: number): Promise<void> {
    // Waiting keeps no process alive that is to end.
    return delay(time, undefined, { signal: this.ended.signal, ref: false });
  }
}
