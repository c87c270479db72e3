import type { OnApplicationShutdown } from '@nestjs/common';
import type { HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { type Clock, StoreUnavailableError } from '../common/index.js';
import { addressOf, isCluster, PrimaryWatch, RedisConnection } from '../redis/index.js';
import { probeCluster } from './cluster.probe.js';
import { judgeCluster, judgeServer, type Verdict } from './health.verdict.js';
import { probeServer } from './server.probe.js';
import type { ResolvedHealthOptions } from './session-health.options.js';
import type { SessionHealth } from './session.health.js';

/** What a check found: the status by itself, because terminus keeps that name to itself. */
type Found = Pick<Verdict, 'status'> & { health: SessionHealth };

/**
 * Tells @nestjs/terminus how the Redis of the sessions is. `SessionHealthModule` provides it.
 *
 * @example
 * @Get('ready')
 * @HealthCheck()
 * ready() {
 *   return this.health.check([() => this.sessions.isHealthy('redis')]);
 * }
 */
export class SessionHealthIndicator implements OnApplicationShutdown {
  private readonly watch: PrimaryWatch | undefined;
  private underway: Promise<Found> | undefined;

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly redis: RedisConnection,
    private readonly options: ResolvedHealthOptions,
    clock: Clock,
  ) {
    // In a test without Redis something else stands there, which has no primary.
    if (redis instanceof RedisConnection) this.watch = new PrimaryWatch(redis.client, () => clock.now());
  }

  /**
   * Asks Redis: PING and INFO replication, of a Cluster each primary, and CLUSTER INFO. It may be called at any rate: those who ask while a
   * check is under way get its result.
   *
   * - `up`: it answers, and no threshold is passed
   * - `degraded`: it answers, and `reasons` and `message` say what is wrong; terminus answers 200
   * - `down`: it does not answer within `timeout`, or of a Cluster no primary serves; `message` says why, and terminus answers 503
   *
   * Never rejects because of Redis.
   *
   * @param key the name of the result in the answer
   */
  async isHealthy<const Key extends string>(
    key: Key,
  ): Promise<HealthIndicatorResult<Key, Verdict['status'], SessionHealth>> {
    this.underway ??= this.check().finally(() => (this.underway = undefined));
    const { status, health } = await this.underway;
    const indicator = this.indicators.check(key);
    if (status === 'up') return indicator.up({ ...health });
    return status === 'degraded' ? indicator.degraded({ ...health }) : indicator.down({ ...health });
  }

  /** Called by Nest: leaves the application's own client as it was. */
  onApplicationShutdown(): void {
    this.watch?.stop();
  }

  private async check(): Promise<Found> {
    const { count, lastAt } = this.watch?.seen ?? { count: 0, lastAt: undefined };
    const { client } = this.redis;
    const circumstances = {
      topology: topologyOf(client),
      queue: this.redis.queue,
      failovers: { count, ...(lastAt !== undefined && { lastAt: new Date(lastAt).toISOString() }) },
    } as const;
    try {
      const { status, ...health } = await this.ask();
      return { status, health: { ...health, ...circumstances } };
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      return { status: 'down', health: { message: error.message, ...circumstances } };
    }
  }

  private async ask(): Promise<Verdict & Partial<SessionHealth>> {
    const { redis, options } = this;
    const { timeout, showAddresses } = options;
    const { client } = redis;
    if (isCluster(client)) {
      const primaries = await probeCluster(redis, client, timeout);
      const latencies = primaries.flatMap(({ latency }) => latency ?? []);
      return {
        ...judgeCluster(primaries, options),
        ...(latencies.length > 0 && { latency: Math.max(...latencies) }),
        primaries: primaries.map(({ address, ...rest }) => ({ ...rest, ...(showAddresses && { address }) })),
      };
    }
    const server = await probeServer(redis, { node: () => client, within: timeout, isPatient: true });
    return {
      ...judgeServer(server, options),
      ...server,
      ...(showAddresses && { address: addressOf(client) }),
    };
  }
}

function topologyOf(client: RedisConnection['client']): SessionHealth['topology'] {
  if (isCluster(client)) return 'cluster';
  // In a test without Redis there are no options.
  const sentinels = 'options' in client ? client.options.sentinels : undefined;
  return sentinels == null ? 'standalone' : 'sentinel';
}
