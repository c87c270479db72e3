/**
 * analytics (`nestjs-redis-session/analytics`): how sessions are used, counted by day without knowing whose they are.
 *
 * Flow: an answer is out -> request.watch -> tally in memory -> once a second writer -> one script -> Redis; SessionAnalytics reads.
 * May import: http, session, redis, common. Invariants: no request waits for a count, or fails because of one; memory is bounded
 * while Redis is away; Redis holds no id, address or name, and every key has an expiry.
 */
export { SessionAnalyticsModule } from './analytics.module.js';
export type { SessionAnalyticsOptions } from './analytics.options.js';
export type { AnalyticsDay, AnalyticsNow } from './analytics.reader.js';
export { FunnelStep } from './funnel-step.decorator.js';
export { SessionAnalytics } from './session.analytics.js';
