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

describe('what is under way in a near cache', () => {
  const cacheOf = () =>
    new NearCache<never>(
      { maxEntries: 10, maxAge: 1_000 },
      () => ({ isTrusted: true }),
      undefined,
      () => 0,
    );

  it.each<[string, (cache: NearCache<never>) => void]>([
    ['its key was changed', (cache) => cache.invalidated('a')],
    ['this process may have changed it', (cache) => cache.forget('a')],
    ['nothing is known any more', (cache) => cache.flushed()],
  ])('is void, whenever it began, once %s', (_, happens) => {
    const cache = cacheOf();
    const begun = Array.from({ length: 3 }, () => cache.begin('a'));
    const other = cache.begin('b');
    happens(cache);
    const later = cache.begin('a');
    for (const ticket of [begun[1], begun[0], begun[2]]) {
      cache.fill(ticket, 'old');
      expect(cache.find('a')).toBeUndefined();
    }
    cache.fill(later, 'new');
    expect(cache.find('a')?.stored.text).toBe('new');
    cache.fill(other, 'other');
    expect(cache.find('b') === undefined).toBe(cache.statistics().entries === 1);
  });

  it.each([[[0, 1, 2]], [[2, 1, 0]], [[1, 0, 2]], [[1, 2, 0]]])(
    'is void in whatever order the others come back: %j',
    (order) => {
      const cache = cacheOf();
      const begun = Array.from({ length: 3 }, () => cache.begin('a'));
      for (const [place, which] of order.entries()) {
        if (place === 2) cache.invalidated('a');
        cache.fill(begun[which], 'read');
        expect(cache.find('a')?.stored.text).toBe(place === 2 ? undefined : 'read');
      }
    },
  );
});
