import { describe, expect, it } from '@jest/globals';
import { UnderWay } from '../../libs/session/src/common/index.js';
import { dice } from '../support/dice.js';

class Item {
  behind: this | undefined;

  constructor(readonly key: string) {}
}

describe('a table of what is under way', () => {
  it('knows the latest of a key, and those of one key only, whatever is added and removed', () => {
    const roll = dice(7);
    const table = new UnderWay<Item>();
    const there: Item[] = [];
    const left: Item[] = [];
    // Short ones, empty ones, and many in one place: the table looks at the end of a key.
    const keys = ['', 'a', 'bb', ...Array.from({ length: 20 }, (_, at) => `sess:${at}same-end`)];
    const all = (key?: string): Item[] => {
      const found: Item[] = [];
      const note = (item: Item): void => void found.push(item);
      if (key === undefined) table.forEach(note);
      else table.forEachOf(key, note);
      return found;
    };
    for (let turn = 0; turn < 20_000; turn++) {
      const key = keys[roll(keys.length)]!;
      if (roll(there.length + 20) < 20) {
        const item = new Item(key);
        table.add(item);
        there.push(item);
      } else {
        const [item] = there.splice(roll(there.length), 1);
        table.remove(item!);
        left.push(item!);
      }
      const ofKey = there.filter((item) => item.key === key);
      expect(table.latest(key)).toBe(ofKey.at(-1));
      expect(all(key)).toEqual(ofKey.toReversed());
    }
    expect(new Set(all())).toEqual(new Set(there));
    expect(left.filter(({ behind }) => behind !== undefined)).toEqual([]);
    expect(there.length).toBeGreaterThan(10);
  });

  it('does nothing with one that is not there', () => {
    const table = new UnderWay<Item>();
    const [one, other] = [new Item('a'), new Item('a')];
    table.add(one);
    table.remove(other);
    table.remove(one);
    table.remove(one);
    expect(table.latest('a')).toBeUndefined();
  });
});
