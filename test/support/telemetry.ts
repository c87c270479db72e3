import { afterEach } from '@jest/globals';
import type { Server } from 'node:http';
import type { ModuleMetadata } from '@nestjs/common';
import { type Attributes, trace } from '@opentelemetry/api';
import { DataPointType, MeterProvider, type MetricData, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { Clock, type SessionModuleOptions } from 'nestjs-redis-session';
import { SessionTelemetryModule, type SessionTelemetryOptions } from 'nestjs-redis-session/telemetry';
import { AttemptsController, Passwords } from './attempts.controller.js';
import { Client } from './attempts.apps.js';
import { Browser } from './browser.js';
import { RaceController } from './race.controller.js';
import type { TestRedis } from './redis.js';
import { TelemetryController, TelemetryGates } from './telemetry.controller.js';
import { type AdapterName, startApp, type TestApp } from './test-app.js';

/** Collected when the test wants to look. */
class TestReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** The span of a request as instrumentation of HTTP makes it, around everything that the server does with it. */
const REQUEST = 'request';

/** Where spans of a file go; the provider is the global one, as an application's is. */
const exporter = new InMemorySpanExporter();
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();

export interface TelemetryApp {
  readonly app: TestApp;
  readonly gates: TelemetryGates;
  advance(milliseconds: number): void;
  visit(): Browser;
  from(address?: string): Client;
  /** All that was collected, with every attribute. */
  metrics(): Promise<MetricData[]>;
  /** The sum of the points of a metric that have these attributes; of a histogram, how many values they hold. */
  value(name: string, attributes?: Attributes): Promise<number>;
  /** Finished spans of this library, and with them those of requests. */
  spans(): readonly ReadableSpan[];
}

export interface TelemetryAppOptions {
  session?: Partial<SessionModuleOptions>;
  telemetry?: SessionTelemetryOptions;
  /** Whether the module is imported at all. */
  isOn?: boolean;
  /** Whether requests have a span, as they have with instrumentation of HTTP. */
  isTraced?: boolean;
  module?: ModuleMetadata;
}

/** Applications whose telemetry is kept in memory, closed after each test. */
export function useTelemetryApps(redis: TestRedis, adapter: AdapterName) {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((close) => close()));
    exporter.reset();
  });
  return async ({
    session,
    telemetry,
    isOn = true,
    isTraced = true,
    module,
  }: TelemetryAppOptions = {}): Promise<TelemetryApp> => {
    const reader = new TestReader();
    const meterProvider = new MeterProvider({ readers: [reader] });
    const app = await startApp(redis.url, {
      adapter,
      session,
      trustProxy: true,
      module: {
        controllers: [session?.loginAttempts ? AttemptsController : RaceController, TelemetryController],
        providers: [TelemetryGates, Passwords, ...(module?.providers ?? [])],
        imports: isOn ? [SessionTelemetryModule.forRoot({ meterProvider, ...telemetry })] : [],
      },
      main: (nest) => isTraced && serveInSpans(nest.getHttpServer() as Server),
    });
    let advance = 0;
    app.app.get(Clock).now = () => Date.now() + advance;
    closing.push(async () => {
      await app.close();
      await meterProvider.shutdown();
    });
    const metrics = async (): Promise<MetricData[]> => {
      const { resourceMetrics } = await reader.collect();
      return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    };
    return {
      app,
      gates: app.app.get(TelemetryGates),
      advance: (by) => void (advance += by),
      visit: () => new Browser(app.origin),
      from: (address) => new Client(app.origin, address),
      metrics,
      value: async (name, attributes = {}) => {
        const found = (await metrics()).find(({ descriptor }) => descriptor.name === name);
        return found === undefined ? 0 : sumOf(found, attributes);
      },
      spans: () => exporter.getFinishedSpans(),
    };
  };
}

function sumOf(metric: MetricData, attributes: Attributes): number {
  const isMeant = (point: { attributes: Attributes }): boolean =>
    Object.entries(attributes).every(([key, value]) => point.attributes[key] === value);
  return metric.dataPointType === DataPointType.HISTOGRAM
    ? metric.dataPoints.filter(isMeant).reduce((sum, { value }) => sum + value.count, 0)
    : metric.dataPoints.filter(isMeant).reduce((sum, { value }) => sum + Number(value), 0);
}

/** What @opentelemetry/instrumentation-http does, which cannot patch modules that Jest loads. */
function serveInSpans(server: Server): void {
  const emit = server.emit.bind(server) as (...args: unknown[]) => boolean;
  server.emit = (...args: unknown[]) => {
    if (args[0] !== 'request') return emit(...args);
    return trace.getTracer('requests').startActiveSpan(REQUEST, (span) => {
      (args[2] as NodeJS.EventEmitter).once('close', () => span.end());
      return emit(...args);
    });
  };
}
