import { describe, expect, it } from '@jest/globals';
import { StoreUnavailableError } from 'nestjs-redis-session';
import { StoredText } from '../../libs/session/src/store/stored.text.js';
import type { WrittenSession } from '../../libs/session/src/store/tracked.session.js';
import { Turn, WriterTurns } from '../../libs/session/src/store/writer.turns.js';

const written = (text: string) => ({ stored: StoredText.of(text) }) as WrittenSession;
const inAWhile = () => performance.now() + 30_000;
/** All that can happen without anything from outside. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('writers of one key', () => {
  it('go one after the other, and each is told what was written last', async () => {
    const turns = new WriterTurns();
    const [first, second, third] = [turns.take('a'), turns.take('a'), turns.take('a')];
    expect([first, second, third, turns.take('b')].map((turn) => turn.isNow)).toEqual([
      true,
      false,
      false,
      true,
    ]);
    const told: unknown[] = [];
    void second.come(inAWhile()).then((latest) => told.push('second', latest?.stored?.text));
    void third.come(inAWhile()).then((latest) => told.push('third', latest?.stored?.text));
    await settled();
    expect(told).toEqual([]);
    first.wrote(written('1'));
    first.end();
    await settled();
    expect(told).toEqual(['second', '1']);
    // It failed: what the one before it wrote is still the latest.
    second.end();
    await settled();
    expect(told).toEqual(['second', '1', 'third', '1']);
    expect(turns.take('a').isNow).toBe(false);
    third.end();
  });

  it('wait for the first although the second gave up', async () => {
    const turns = new WriterTurns();
    const [first, second, third] = [turns.take('a'), turns.take('a'), turns.take('a')];
    let hasCome = false;
    void third.come(inAWhile()).then(() => (hasCome = true));
    await expect(second.come(performance.now())).rejects.toBeInstanceOf(StoreUnavailableError);
    second.end();
    await settled();
    expect(hasCome).toBe(false);
    first.end();
    await settled();
    expect(hasCome).toBe(true);
  });

  it('leave nothing behind', async () => {
    const turns = new WriterTurns();
    const [first, second] = [turns.take('a'), turns.take('a')];
    first.end();
    await second.come(inAWhile());
    second.end();
    expect(turns.take('a').isNow).toBe(true);
    expect(Object.values(second).some((value) => value instanceof Turn)).toBe(false);
  });
});
