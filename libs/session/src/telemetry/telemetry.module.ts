import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { createNoopMeter, metrics, trace } from '@opentelemetry/api';
import { SessionError, SessionEvents } from '../common/index.js';
import { watchNearCache } from './near-cache.metrics.js';
import { OperationSpans } from './operation.spans.js';
import { SessionMetrics } from './session.metrics.js';
import {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN,
  type OPTIONS_TYPE,
} from './telemetry.module-definition.js';
import {
  type ResolvedTelemetryOptions,
  resolveTelemetryOptions,
  type SessionTelemetryOptions,
} from './telemetry.options.js';
import { TelemetryProbe } from './telemetry.probe.js';

/** Name of the meter and the tracer. */
const SCOPE = 'nestjs-redis-session';

/**
 * Gives OpenTelemetry metrics and spans of the sessions. Import it once, beside `SessionModule`. See docs/telemetry.md.
 *
 * @example
 * @Module({ imports: [SessionModule.forRoot({ ... }), SessionTelemetryModule.forRoot()] })
 */
@Module({})
export class SessionTelemetryModule
  extends ConfigurableModuleClass
  implements OnModuleInit, OnApplicationShutdown
{
  private readonly options: ResolvedTelemetryOptions;
  private stop: () => void = () => undefined;

  /** @param options global providers and spans unless given. */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(options);
  }

  /** @throws InvalidOptionError; SessionError `ALREADY_REGISTERED` */
  constructor(
    @Inject(MODULE_OPTIONS_TOKEN) given: SessionTelemetryOptions,
    private readonly events: SessionEvents,
    modules: ModulesContainer,
  ) {
    super();
    if ([...modules.values()].filter(({ metatype }) => metatype === SessionTelemetryModule).length > 1) {
      throw new SessionError(
        'ALREADY_REGISTERED',
        'SessionTelemetryModule.forRoot was called twice in one application: everything would be counted twice. Keep one of them.',
      );
    }
    this.options = resolveTelemetryOptions(given);
  }

  /** Here, and not earlier, so that the SDK may be started as late as `NestFactory.create` has returned. */
  onModuleInit(): void {
    const { meterProvider, tracerProvider, spans } = this.options;
    const { measuring } = this.events;
    const meter = (meterProvider ?? metrics.getMeterProvider()).getMeter(SCOPE);
    // Unlike a tracer, a meter that was made too early stays without effect.
    if (meter === createNoopMeter()) {
      new Logger('SessionTelemetry').warn(
        'No MeterProvider is registered, so that no metrics leave. Start the OpenTelemetry SDK before the application, or give one as meterProvider.',
      );
    }
    const instruments = new SessionMetrics(meter);
    instruments.listen(this.events);
    this.stop = watchNearCache(meter, measuring);
    const tracer = (tracerProvider ?? trace.getTracerProvider()).getTracer(SCOPE);
    measuring.probe = new TelemetryProbe(instruments, spans ? new OperationSpans(tracer) : undefined);
  }

  /** Called by Nest after the HTTP server has answered its last request. */
  onApplicationShutdown(): void {
    this.stop();
    this.events.measuring.probe = undefined;
  }
}
