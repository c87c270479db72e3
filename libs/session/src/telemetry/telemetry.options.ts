import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { checkBoolean, checkNames, InvalidOptionError, show } from '../common/index.js';

/** What `SessionTelemetryModule` can be told. */
export interface SessionTelemetryOptions {
  /**
   * Where metrics go.
   *
   * @default the global one, as it is when the application is initialised
   */
  meterProvider?: MeterProvider;
  /**
   * Where spans go.
   *
   * @default the global one
   */
  tracerProvider?: TracerProvider;
  /**
   * Whether there are spans. Without them there are metrics only.
   *
   * @default true: one for each operation that asks Redis, below the active span; none where no span is active
   */
  spans?: boolean;
}

/** {@link SessionTelemetryOptions} checked; a provider that is absent is the global one. */
export interface ResolvedTelemetryOptions {
  readonly meterProvider?: MeterProvider;
  readonly tracerProvider?: TracerProvider;
  readonly spans: boolean;
}

/** Checks the options. @throws InvalidOptionError */
export function resolveTelemetryOptions(options: SessionTelemetryOptions = {}): ResolvedTelemetryOptions {
  checkNames('telemetry', options, ['meterProvider', 'tracerProvider', 'spans']);
  const { meterProvider, tracerProvider, spans } = options;
  checkProvider('meterProvider', meterProvider, 'getMeter');
  checkProvider('tracerProvider', tracerProvider, 'getTracer');
  return { meterProvider, tracerProvider, spans: checkBoolean('telemetry.spans', spans, true) };
}

function checkProvider(name: string, given: unknown, method: string): void {
  if (given === undefined) return;
  const found: unknown = typeof given === 'object' && given !== null ? Reflect.get(given, method) : undefined;
  if (typeof found === 'function') return;
  throw new InvalidOptionError(
    `telemetry.${name}`,
    `must have a method ${method}, as the providers of OpenTelemetry's SDK do; it got ${show(given)}. Leave it out for the global one.`,
  );
}
