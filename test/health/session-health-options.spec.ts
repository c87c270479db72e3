import { expect, it } from '@jest/globals';
import { InvalidOptionError } from 'nestjs-redis-session';
import { resolveHealthOptions } from '../../libs/session/src/health/session-health.options.js';

it('has defaults that a single Redis fulfils', () => {
  expect(resolveHealthOptions()).toEqual({
    timeout: 1_000,
    maxLatency: 250,
    minReplicas: 0,
    maxLag: 16_777_216,
    showAddresses: false,
  });
  expect(resolveHealthOptions({ timeout: 200 }).maxLatency).toBe(50);
});

it.each<[string, object, RegExp]>([
  ['timeout', { timeout: 0 }, /milliseconds above 0.* it got 0/],
  ['timeout', { timeout: '1s' }, /it got '1s'/],
  ['maxLatency', { maxLatency: -1 }, /milliseconds above 0/],
  ['maxLatency', { maxLatency: 1_000 }, /less than health\.timeout, 1000 ms.* It got 1000/],
  ['minReplicas', { minReplicas: 1.5 }, /whole number, 0 or more; it got 1\.5/],
  ['maxLag', { maxLag: -1 }, /whole number, 0 or more; it got -1/],
  ['showAddresses', { showAddresses: 'yes' }, /true or false; it got 'yes'/],
  ['minReplica', { minReplica: 1 }, /does not exist. Allowed here: timeout, maxLatency, minReplicas/],
])('refuses a %s that cannot be meant: %j', (name, options, words) => {
  const resolve = () => resolveHealthOptions(options);
  expect(resolve).toThrow(InvalidOptionError);
  expect(resolve).toThrow(new RegExp(`health\\.${name} .*${words.source}`));
});
