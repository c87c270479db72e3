/**
 * telemetry (`nestjs-redis-session/telemetry`): metrics and spans for OpenTelemetry, whose API is an optional peer.
 *
 * Flow: store, limiter and guards -> SessionEvents.measuring.probe -> instruments and spans -> the application's SDK.
 * May import: common. Invariants: attributes have few values, all of them words of this library or of Redis; no id, handle, address,
 * name, key or value is among them; without the module nobody loads @opentelemetry/api.
 */
export { SessionTelemetryModule } from './telemetry.module.js';
export type { SessionTelemetryOptions } from './telemetry.options.js';
