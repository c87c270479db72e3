import { describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type SessionSerializer, StoreUnavailableError } from 'nestjs-redis-session';
import { useDataApps } from '../support/data.apps.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS } from '../support/test-app.js';

/** JSON in hexadecimal: text of its own that no other reads. */
const hexadecimal: SessionSerializer = {
  stringify: (record) => Buffer.from(JSON.stringify(record)).toString('hex'),
  parse: (text) => JSON.parse(Buffer.from(text, 'hex').toString()),
};

const fails = (error: unknown) => (): never => {
  throw error;
};

describe.each(ADAPTERS)('session.serializer, on %s', (adapter) => {
  const redis = useRedis();
  const { start, stored, unreadable } = useDataApps(redis, adapter);

  it.each([
    ['synchronous', hexadecimal],
    [
      'asynchronous',
      {
        stringify: async (record: object) => hexadecimal.stringify(record, { handle: '' }),
        parse: async (text: string) => hexadecimal.parse(text, { handle: '' }),
      },
    ],
  ])('a %s one writes and reads every record', async (_, serializer) => {
    const { visit } = await start({ serializer });
    const browser = visit();
    await browser.post('/count');
    expect(await stored(browser)).toMatch(/^[0-9a-f]+$/);
    expect((await browser.post('/count')).json).toEqual({ visits: 2 });
  });

  it('is told the public name of the session that a record belongs to', async () => {
    const told: string[] = [];
    const { visit } = await start({
      serializer: {
        stringify: (record, { handle }) => (told.push(handle), JSON.stringify(record)),
        parse: (text, { handle }) => (told.push(handle), JSON.parse(text)),
      },
    });
    const browser = visit();
    await browser.post('/count');
    await browser.get('/data');
    expect(told).toEqual([browser.handle, browser.handle]);
  });

  it.each([
    ['throws', { ...hexadecimal, parse: fails(new Error('canary')) }],
    ['rejects', { ...hexadecimal, parse: () => Promise.reject(new Error('canary')) }],
    ['throws nothing in particular', { ...hexadecimal, parse: fails(undefined) }],
  ])('parse that %s: no session, an event, and no error', async (_, serializer) => {
    const { visit, events } = await start({ serializer });
    const browser = visit();
    await browser.post('/count');
    const { handle } = browser;
    const answer = await browser.get('/data');
    expect([answer.status, answer.json]).toEqual([200, {}]);
    expect(events.at(-1)).toEqual(unreadable(handle, 'the serializer cannot read it'));
    expect((await browser.post('/count')).json).toEqual({ visits: 1 });
  });

  it.each([
    ['null', null],
    ['a number', 5],
    [
      'something deeper than JSON.stringify can go',
      {
        cookie: {},
        get deep() {
          return deepObject();
        },
      },
    ],
    ['a BigInt', { cookie: {}, big: 1n }],
  ])('parse that gives %s: no session, and no error', async (_, value) => {
    const { visit } = await start({ serializer: { ...hexadecimal, parse: () => value } });
    const browser = visit();
    await browser.post('/count');
    const answer = await browser.get('/data');
    expect([answer.status, answer.json]).toEqual([200, {}]);
  });

  it('parse that throws StoreUnavailableError is a 503, and the browser keeps its session', async () => {
    let isAway = false;
    const serializer: SessionSerializer = {
      ...hexadecimal,
      parse: (text, context) =>
        isAway ? fails(new StoreUnavailableError('away'))() : hexadecimal.parse(text, context),
    };
    const { visit } = await start({ serializer });
    const browser = visit();
    await browser.post('/count');
    isAway = true;
    expect((await browser.post('/count')).status).toBe(503);
    isAway = false;
    expect((await browser.post('/count')).json).toEqual({ visits: 2 });
  });

  it.each([
    ['throws', fails(new Error('no key')), /threw: no key/],
    ['rejects', () => Promise.reject(new Error('no key')), /threw: no key/],
    ['gives nothing', () => undefined as never, /gave no text/],
    ['gives bytes', () => Buffer.from('x') as never, /gave no text/],
    ['gives empty text', () => '', /gave no text/],
  ])('stringify that %s is a 500, and nothing is written', async (_, stringify, message) => {
    const { visit } = await start({ serializer: { ...hexadecimal, stringify } });
    const log = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    const keys = await redis.client.dbsize();
    const answer = await visit().post('/count');
    expect([answer.status, answer.setCookie]).toEqual([500, undefined]);
    expect(log.mock.calls).toEqual([[expect.objectContaining({ message: expect.stringMatching(message) })]]);
    expect(await redis.client.dbsize()).toBe(keys);
  });
});

function deepObject(): object {
  let value = {};
  for (let level = 0; level < 100_000; level++) value = { value };
  return value;
}
