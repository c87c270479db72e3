import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { hours, minutes } from 'nestjs-redis-session';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import {
  codeOf,
  copyOf,
  JSON_ONLY,
  PAGE,
  pass,
  sendForm,
  type Somebody,
  useSharedSample,
} from '../support/shared.sample.js';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';

const redis = useRedis();
const sample = useSharedSample(redis);

let who: Somebody;
let laptop: Browser;
let phone: Browser;
beforeEach(async () => {
  who = await sample.somebody();
  laptop = await sample.logIn(who, { userAgent: FIREFOX });
  phone = await sample.logIn(who, { userAgent: IPHONE, rememberMe: true });
});
afterEach(() => {
  jest.restoreAllMocks();
});

const remove = (browser: Browser, handle: string) =>
  browser.fetch(`/devices/${handle}`, { method: 'DELETE' });
const isIn = async (browser: Browser) => (await browser.get('/me')).status === 200;
const ENDED = [401, 'SESSION_ENDED'];

describe('GET /devices', () => {
  it('lists where one is logged in, this device first, and nothing that lets anybody in', async () => {
    const { json, text } = await laptop.get('/devices', JSON_ONLY);
    const instants = Object.fromEntries(
      ['createdAt', 'lastActiveAt', 'expiresAt', 'authenticatedAt'].map((name) => [
        name,
        expect.stringMatching(/Z$/),
      ]),
    );
    const common = { ...instants, level: 'fresh', network: 'loopback' };
    expect(json.devices).toEqual([
      { ...common, handle: laptop.handle, device: 'Firefox on Windows', remembered: false, isCurrent: true },
      { ...common, handle: phone.handle, device: 'Safari on iPhone', remembered: true, isCurrent: false },
    ]);
    for (const { sid } of [laptop, phone]) expect(text).not.toContain(sid.split('.')[1]);
    expect((await phone.get('/devices')).json.devices[0]).toMatchObject({
      handle: phone.handle,
      isCurrent: true,
    });
  });

  it('is a page for browsers, with a form for each other device', async () => {
    const { text } = await laptop.get('/devices', PAGE);
    expect(text).toContain('Firefox on Windows');
    expect(text).toContain('this computer (loopback)');
    expect(text).toContain(`action="/devices/${phone.handle}/end"`);
    expect(text).not.toContain(laptop.handle);
  });

  it('writes nothing into the page that a device says of itself', async () => {
    await sample.logIn(who, { userAgent: '<script>alert(1)</script>/1.0' });
    const { text } = await laptop.get('/devices', PAGE);
    expect(text).toContain('unknown device');
    expect(text).not.toContain('alert(1)');
  });

  it('is refused to strangers, as is all the rest', async () => {
    const stranger = new Browser(sample.origin);
    for (const answer of [
      await stranger.get('/devices', JSON_ONLY),
      await stranger.get('/devices/still-here'),
      await remove(stranger, phone.handle),
      await stranger.post('/devices/end-others'),
      await stranger.post(`/devices/${phone.handle}/end`),
    ])
      expect(codeOf(answer)).toEqual([401, 'UNAUTHENTICATED']);
    expect(await isIn(phone)).toBe(true);
  });
});

describe('ending a session', () => {
  it('logs the other device out at once, and only that', async () => {
    const tablet = await sample.logIn(who);
    const { status, json } = await remove(laptop, phone.handle);
    expect([status, json]).toEqual([200, { success: true, ended: 1 }]);
    expect(codeOf(await phone.get('/me'))).toEqual(ENDED);
    expect(codeOf(await phone.get('/devices/still-here'))).toEqual(ENDED);
    expect(await Promise.all([laptop, tablet].map(isIn))).toEqual([true, true]);
    expect((await laptop.get('/devices')).json.devices).toHaveLength(2);
  });

  it('works by form, and says so', async () => {
    const { status, headers } = await sendForm(laptop, `/devices/${phone.handle}/end`);
    expect([status, headers.get('location')]).toEqual([303, '/devices?done=one']);
    expect((await laptop.get('/devices?done=one', PAGE)).text).toContain(
      'You are logged out on that device.',
    );
    expect(await isIn(phone)).toBe(false);
    const again = await sendForm(laptop, `/devices/${phone.handle}/end`);
    expect([again.status, again.text]).toEqual([
      404,
      expect.stringContaining('Perhaps it has ended already.'),
    ]);
  });

  it("is not possible for somebody else's, which looks as if there were none", async () => {
    const mallory = await sample.logIn(await sample.somebody());
    const unknown = await remove(mallory, 'A'.repeat(22));
    expect(codeOf(unknown)).toEqual([404, 'NO_SUCH_SESSION']);
    for (const { handle } of [laptop, phone]) {
      const answer = await remove(mallory, handle);
      expect([answer.status, answer.json]).toEqual([404, unknown.json]);
      expect((await mallory.post(`/devices/${handle}/end`)).status).toBe(404);
    }
    expect((await mallory.post('/devices/end-others')).json).toEqual({ success: true, ended: 0 });
    expect(await Promise.all([laptop, phone].map(isIn))).toEqual([true, true]);
    expect((await mallory.get('/devices')).text).not.toContain(phone.handle);
  });

  it('ends all others, and the one that asks goes on', async () => {
    const tablet = await sample.logIn(who);
    const neighbour = await sample.logIn(await sample.somebody());
    expect((await laptop.post('/devices/end-others')).json).toEqual({ success: true, ended: 2 });
    expect(await Promise.all([laptop, phone, tablet, neighbour].map(isIn))).toEqual([
      true,
      false,
      false,
      true,
    ]);
    const form = await sendForm(laptop, '/devices/end-others');
    expect([form.status, form.headers.get('location')]).toEqual([303, '/devices?done=others']);
  });

  it('of the device that asks is a logout', async () => {
    const copy = copyOf(laptop, sample.origin);
    const { status, headers } = await remove(laptop, laptop.handle);
    expect([status, headers.get('clear-site-data')]).toEqual([200, '"storage"']);
    expect(laptop.cookie).toBeUndefined();
    expect(codeOf(await copy.get('/me'))).toEqual(ENDED);
  });

  it.each(['x', 'A'.repeat(23), '..%2f..', '%00', '__proto__', '*', '%ED%A0%80'])(
    'refuses the handle %j',
    async (handle) => {
      expect((await remove(laptop, handle)).status).toBe(400);
      expect((await sendForm(laptop, `/devices/${handle}/end`)).status).toBe(400);
    },
  );

  it('names the field of a wrong handle', async () => {
    expect((await remove(laptop, 'x')).json).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/must be the handle of a session/),
    });
  });

  it('asks for the password again after half an hour, and leads back', async () => {
    pass(minutes(29));
    await laptop.get('/devices');
    expect((await remove(laptop, 'A'.repeat(22))).status).toBe(404);
    jest.restoreAllMocks();
    pass(minutes(31));
    expect((await laptop.get('/devices', JSON_ONLY)).status).toBe(200);
    expect(codeOf(await remove(laptop, phone.handle))).toEqual([401, 'FRESH_LOGIN_REQUIRED']);
    expect(codeOf(await laptop.post('/devices/end-others'))).toEqual([401, 'FRESH_LOGIN_REQUIRED']);
    const referer = `${sample.origin}/devices`;
    const form = await sendForm(laptop, `/devices/${phone.handle}/end`, {}, { referer });
    expect([form.status, form.headers.get('location')]).toEqual([303, '/account/confirm?to=%2Fdevices']);
    expect(await isIn(phone)).toBe(true);
    await laptop.post('/account/confirm', { password: who.password });
    expect((await remove(laptop, phone.handle)).status).toBe(200);
  });

  it('asks who is only remembered', async () => {
    pass(hours(1));
    await phone.get('/devices');
    expect(codeOf(await phone.post('/devices/end-others'))).toEqual([401, 'FRESH_LOGIN_REQUIRED']);
  });
});

describe('GET /devices/still-here', () => {
  const recordOf = async ({ handle }: Browser) => ({
    record: await redis.client.get(`sess:${handle}`),
    expiresAt: await redis.client.pexpiretime(`sess:${handle}`),
  });

  it('answers nothing while the session is there, and keeps it no longer alive', async () => {
    const before = await recordOf(laptop);
    pass(minutes(20));
    const { status, text, setCookie } = await laptop.get('/devices/still-here');
    expect([status, text, setCookie]).toEqual([204, '', undefined]);
    expect(await recordOf(laptop)).toEqual(before);
    // What every other request does.
    await laptop.get('/devices');
    expect((await recordOf(laptop)).record).not.toBe(before.record);
  });

  it('says when the time is up, however often it was asked', async () => {
    for (const time of [minutes(15), minutes(14)]) {
      pass(time);
      expect((await laptop.get('/devices/still-here')).status).toBe(204);
    }
    pass(minutes(2));
    expect(codeOf(await laptop.get('/devices/still-here'))).toEqual([401, 'SESSION_EXPIRED']);
  });

  it('makes no session for a stranger', async () => {
    const keys = await redis.client.dbsize();
    const { setCookie } = await new Browser(sample.origin).get('/devices/still-here');
    expect(setCookie).toBeUndefined();
    expect(await redis.client.dbsize()).toBe(keys);
  });
});
