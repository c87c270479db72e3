import type { BatchObservableCallback, Meter } from '@opentelemetry/api';
import type { MeasuringPoint } from '../common/index.js';

/** Lets the near cache be asked at each collection, if there is one: it counts by itself. @returns what ends that */
export function watchNearCache(meter: Meter, { nearCache }: MeasuringPoint): () => void {
  if (nearCache === undefined) return () => undefined;
  const counter = (name: string, unit: string, description: string) =>
    meter.createObservableCounter(`redis_session.near_cache.${name}`, { unit, description });
  const hits = counter('hits', '{read}', 'Reads that the near cache answered.');
  const misses = counter('misses', '{read}', 'Reads that went to Redis.');
  const drops = counter('drops', '{session}', 'Sessions dropped because Redis said that they changed.');
  const flushes = counter('flushes', '{flush}', 'Times that all of the near cache was thrown away.');
  const entries = meter.createObservableUpDownCounter('redis_session.near_cache.entries', {
    unit: '{session}',
    description: 'Sessions in the near cache.',
  });
  const trusted = meter.createObservableGauge('redis_session.near_cache.trusted', {
    unit: '1',
    description: '1 while the near cache is in use, 0 while it is by-passed.',
  });
  const all = [hits, misses, drops, flushes, entries, trusted];
  const observe: BatchObservableCallback = (result) => {
    const now = nearCache();
    result.observe(hits, now.hits);
    result.observe(misses, now.misses);
    result.observe(drops, now.drops);
    result.observe(flushes, now.flushes);
    result.observe(entries, now.entries);
    result.observe(trusted, now.isTrusted ? 1 : 0);
  };
  meter.addBatchObservableCallback(observe, all);
  return () => meter.removeBatchObservableCallback(observe, all);
}
