import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { messageOf, type RedisConnection } from '../redis/index.js';
import { DoctorError } from './doctor.error.js';
import type { ResolvedDoctorOptions } from './doctor.options.js';
import { type Environment, type Finding, lineOf } from './finding.js';
import { isRequestSource, watchFirstRequests } from './first-requests.watch.js';
import { type ExaminedOptions, examineOptions } from './option.examination.js';
import { examineHeaders, examineTrust, proxyTrustOf } from './proxy.examination.js';
import { examineRedis } from './redis.examination.js';
import { readRedisFacts } from './redis.facts.js';
import { examineRoutes, type UnguardedRoute } from './route.examination.js';

/** What the doctor looks at. */
export interface DoctorSubjects {
  readonly options: ExaminedOptions;
  /** `undefined` where no Redis is in use, as in tests without one. */
  readonly connection: RedisConnection | undefined;
  readonly host: HttpAdapterHost;
  readonly where: Environment;
  /** Looks for them anew: global guards are known at the start only. */
  readonly unguardedRoutes: () => readonly UnguardedRoute[];
}

/**
 * Looks at the options, the HTTP adapter and Redis, and tells what should be otherwise; at the start into the log, and on request,
 * such as for a page that only administrators see.
 *
 * @example
 * constructor(private readonly doctor: SessionDoctor) {}
 * findings() { return this.doctor.examine(); }
 */
export class SessionDoctor implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('SessionModule');
  private fromRequests: Finding | undefined;
  private stopWatching: (() => void) | undefined;

  constructor(
    private readonly subjects: DoctorSubjects,
    private readonly options: ResolvedDoctorOptions,
  ) {}

  /**
   * Everything that should be otherwise at this moment, without what `doctor.ignore` names. Changes nothing; asks Redis three
   * questions, within `redis.maxWait`. If Redis does not answer, its findings are missing, and it is no error.
   */
  async examine(): Promise<Finding[]> {
    const { options, where, unguardedRoutes } = this.subjects;
    const found = [
      ...examineOptions(options, where),
      ...examineTrust(this.trust, where),
      ...examineRoutes(unguardedRoutes(), where),
      ...(this.fromRequests === undefined ? [] : [this.fromRequests]),
      ...(await this.ofRedis()),
    ];
    return found.filter(this.isTold);
  }

  /** Called by Nest once the connection to Redis is there. @throws DoctorError if `doctor.strict` is set */
  async onApplicationBootstrap(): Promise<void> {
    if (!this.options.atStart) return;
    this.watchRequests();
    const examined = this.examine();
    if (!this.options.strict) {
      // Serving requests is not to wait for this.
      void examined.then(this.report);
      return;
    }
    const findings = await examined;
    this.report(findings.filter(({ severity }) => severity !== 'error'));
    const errors = findings.filter(({ severity }) => severity === 'error');
    if (errors.length === 0) return;
    this.stopWatching?.();
    // An application that does not start must not be kept alive by its connection.
    await this.subjects.connection?.close();
    throw new DoctorError(errors);
  }

  onApplicationShutdown(): void {
    this.stopWatching?.();
  }

  private get trust() {
    const adapter: unknown = this.subjects.host.httpAdapter;
    // An application context has none, and a microservice one that does nothing.
    if (typeof adapter !== 'object' || adapter === null || !('getType' in adapter)) return undefined;
    return proxyTrustOf(this.subjects.host.httpAdapter);
  }

  private async ofRedis(): Promise<Finding[]> {
    const { connection, where } = this.subjects;
    if (connection === undefined) return [];
    try {
      const facts = await readRedisFacts(connection);
      if (facts.unreadable.length > 0)
        this.logger.debug(`Redis did not let the doctor read ${facts.unreadable.join(', ')}.`);
      return examineRedis(facts, where);
    } catch (error) {
      this.logger.debug(`The doctor could not look at Redis: ${messageOf(error)}`);
      return [];
    }
  }

  /** Whether there is a proxy in front shows in requests only. */
  private watchRequests(): void {
    if (this.trust !== 'nobody') return;
    const server: unknown = this.subjects.host.httpAdapter.getHttpServer();
    if (!isRequestSource(server)) return;
    this.stopWatching = watchFirstRequests(server, ({ headers }) => {
      this.fromRequests = examineHeaders(headers, this.subjects.where);
      if (this.fromRequests === undefined) return false;
      this.report([this.fromRequests].filter(this.isTold));
      return true;
    });
  }

  private readonly isTold = ({ code }: Finding): boolean => !this.options.ignore.includes(code);

  private readonly report = (findings: readonly Finding[]): void => {
    for (const found of findings) {
      if (found.severity === 'error') this.logger.error(lineOf(found));
      else this.logger.warn(lineOf(found));
    }
  };
}
