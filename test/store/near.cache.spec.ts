import { describe, expect, it } from '@jest/globals';
import { NearCache } from '../../libs/session/src/store/near.cache.js';

describe('a full near cache', () => {
  const full = (maxEntries: number) => {
    const cache = new NearCache<never>(
      { maxEntries, maxAge: 1_000 },
      () => ({ isTrusted: true }),
      undefined,
      () => 0,
    );
    const fill = (...keys: string[]) => keys.forEach((key) => cache.fill(cache.begin(key), key));
    const left = (keys: string) =>
      Array.from(keys)
        .filter((key) => cache.find(key) !== undefined)
        .join('');
    return { cache, fill, left };
  };

  it('drops one that was not asked for lately, and keeps those that were', () => {
    const { cache, fill, left } = full(3);
    fill('a', 'b', 'c');
    cache.find('a');
    cache.find('c');
    fill('d');
    expect(left('abcd')).toBe('acd');
  });

  it('drops the oldest where all were asked for, and asks of each again', () => {
    const { cache, fill, left } = full(2);
    fill('a', 'b');
    cache.find('a');
    cache.find('b');
    fill('c');
    expect(cache.statistics().entries).toBe(2);
    fill('d');
    expect(cache.statistics().entries).toBe(2);
    expect(left('abcd')).toHaveLength(2);
  });
});
