import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { hours, minutes } from 'nestjs-redis-session';
import type { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import {
  codeOf,
  copyOf,
  PAGE,
  pass,
  sendForm,
  type Somebody,
  useSharedSample,
} from '../support/shared.sample.js';

const redis = useRedis();
const sample = useSharedSample(redis);
const NEW = 'wet gravel under my boots';
const CHANGE = { newPassword: NEW, repeat: NEW };

let who: Somebody;
let browser: Browser;
beforeEach(async () => {
  who = await sample.somebody();
  browser = await sample.logIn(who);
});
afterEach(() => {
  jest.restoreAllMocks();
});

const isRight = async (password: string) => 'name' in ((await sample.users.check(who.name, password)) ?? {});

describe('a password that was given too long ago', () => {
  const TO_PASSWORD = '/account/confirm?to=%2Faccount%2Fpassword';

  it('is asked for again, and whoever gives it goes on with a new id', async () => {
    pass(minutes(6));
    expect(codeOf(await browser.post('/account/password', CHANGE))).toEqual([401, 'FRESH_LOGIN_REQUIRED']);
    expect(await isRight(NEW)).toBe(false);
    const page = await browser.get('/account/password', PAGE);
    expect([page.status, page.headers.get('location')]).toEqual([303, TO_PASSWORD]);
    const referer = `${sample.origin}/account/password`;
    const form = await sendForm(browser, '/account/password', CHANGE, { referer });
    expect([form.status, form.headers.get('location')]).toEqual([303, TO_PASSWORD]);

    const { text } = await browser.get(TO_PASSWORD, PAGE);
    expect(text).toMatch(/name="to" value="\/account\/password"/);
    const copy = copyOf(browser, sample.origin);
    const fields = { password: who.password, to: '/account/password' };
    const confirmed = await sendForm(browser, '/account/confirm', fields);
    expect([confirmed.status, confirmed.headers.get('location')]).toEqual([303, '/account/password']);
    expect(browser.handle).not.toBe(copy.handle);
    expect((await copy.get('/account')).status).toBe(401);
    expect((await browser.get('/account/password', PAGE)).status).toBe(200);
    expect((await browser.post('/account/password', CHANGE)).status).toBe(200);
  });

  it('is asked for of somebody who is only remembered, and stays remembered', async () => {
    const remembered = await sample.logIn(who, { rememberMe: true });
    pass(hours(1));
    await remembered.get('/account');
    expect(codeOf(await remembered.get('/account/password'))).toEqual([401, 'FRESH_LOGIN_REQUIRED']);
    const { status, json } = await remembered.post('/account/confirm', { password: who.password });
    expect([status, json]).toEqual([200, { success: true }]);
    expect((await remembered.get('/account')).json).toMatchObject({ level: 'fresh', remembered: true });
    expect((await remembered.post('/account/password', CHANGE)).status).toBe(200);
  });
});

describe('POST /account/confirm', () => {
  it("changes nothing after a wrong password, or somebody else's", async () => {
    const other = await sample.somebody();
    await sample.users.changePassword(other.userId, NEW);
    const { cookie } = browser;
    const wrong = await browser.post('/account/confirm', { password: NEW });
    expect([codeOf(wrong), wrong.setCookie]).toEqual([[401, 'INVALID_CREDENTIALS'], undefined]);
    const { status, text } = await sendForm(browser, '/account/confirm', { password: NEW, to: '/devices' });
    expect(status).toBe(401);
    expect(text).toContain('The password is wrong.');
    expect(text).toMatch(/name="to" value="\/devices"/);
    expect(text).not.toContain(NEW);
    expect(browser.cookie).toBe(cookie);
  });

  it('stops who guesses, and says for how long', async () => {
    const guess = () => sendForm(browser, '/account/confirm', { password: 'a guess' });
    for (let tries = 0; tries < 5; tries++) expect((await guess()).status).toBe(401);
    const { status, text, headers } = await guess();
    expect([status, headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
    expect(text).toMatch(/role="alert">Too many attempts\. Please try again in \d+ seconds\.</);
    const program = await browser.post('/account/confirm', { password: who.password });
    expect(codeOf(program)).toEqual([429, 'LOGIN_BLOCKED']);
    // Their own login elsewhere is not in the way of that.
    expect((await sample.logIn(who)).cookie).toBeDefined();
  });

  it.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    'javascript:alert(1)',
    '"><script>alert(1)</script>',
  ])('leads to no other site: %j', async (to) => {
    const { text } = await browser.get(`/account/confirm?${new URLSearchParams({ to })}`, PAGE);
    expect(text).toMatch(/name="to" value="\/account"/);
    const { status, headers } = await sendForm(browser, '/account/confirm', { password: who.password, to });
    expect([status, headers.get('location')]).toEqual([303, '/account']);
  });

  it.each([
    {},
    { password: 1 },
    { password: '' },
    { password: 'x'.repeat(1_001) },
    [],
    { password: {}, to: {} },
  ])('refuses %j', async (body) => {
    expect(codeOf(await browser.post('/account/confirm', body))).toEqual([400, 'INVALID_INPUT']);
  });
});
