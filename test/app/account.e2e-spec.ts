import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { hours } from 'nestjs-redis-session';
import { UsersService } from '../../src/users/users.service.js';
import { Browser } from '../support/browser.js';
import { Gates } from '../support/gates.js';
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

describe('GET /account', () => {
  it('tells programs and people who they are, since when, and how sure that is', async () => {
    const { json } = await browser.get('/account', JSON_ONLY);
    const user = { userId: who.userId, name: who.name, roles: [] };
    expect(json).toEqual({
      user,
      authenticatedAt: expect.stringMatching(/Z$/),
      expiresAt: expect.stringMatching(/Z$/),
      level: 'fresh',
      remembered: false,
    });
    const { text } = await browser.get('/account', PAGE);
    expect(text).toContain(`<h1>You are ${who.name}</h1>`);
    expect(text).toMatch(/href="\/account\/password"/);
    expect(text).not.toContain('Your password was changed');
  });

  it('tells who is only remembered', async () => {
    const remembered = await sample.logIn(who, { rememberMe: true });
    pass(hours(1));
    await remembered.get('/account');
    const { json } = await remembered.get('/account');
    expect(json).toMatchObject({ level: 'remembered', remembered: true });
  });

  it('is refused to strangers, whose page leads to the login', async () => {
    const stranger = new Browser(sample.origin);
    for (const path of ['/account', '/account/password', '/account/confirm'])
      expect(codeOf(await stranger.get(path, JSON_ONLY))).toEqual([401, 'UNAUTHENTICATED']);
    expect(codeOf(await stranger.post('/account/password', CHANGE))).toEqual([401, 'UNAUTHENTICATED']);
    expect(codeOf(await stranger.post('/account/confirm', { password: 'x' }))).toEqual([
      401,
      'UNAUTHENTICATED',
    ]);
    const form = await sendForm(stranger, '/account/confirm', { password: 'x' });
    expect([form.status, form.text]).toEqual([401, expect.stringMatching(/<a [^>]*href="\/login"/)]);
    expect(form.text).not.toContain('action="/account/confirm"');
  });

  it('shows a hostile name as text', async () => {
    const hostile = await sample.somebody('<img src=x onerror=alert(1)>');
    const visitor = await sample.logIn(hostile);
    for (const path of ['/account', '/account/password', '/account/confirm', '/devices'])
      expect((await visitor.get(path, PAGE)).text).not.toContain('<img src=x');
  });
});

describe('POST /account/password', () => {
  it('ends all other sessions, and this one goes on with a new id', async () => {
    const phone = await sample.logIn(who);
    const neighbour = await sample.logIn(await sample.somebody());
    await browser.get('/', JSON_ONLY);
    const copy = copyOf(browser, sample.origin);
    const answer = await browser.post('/account/password', CHANGE);
    expect([answer.status, answer.json]).toEqual([200, { success: true, ended: 1 }]);
    expect(browser.handle).not.toBe(copy.handle);
    expect((await browser.get('/account')).json.user.name).toBe(who.name);
    expect((await browser.get('/', JSON_ONLY)).json).toEqual({ visitCount: 2 });
    expect(codeOf(await phone.get('/account'))).toEqual([401, 'SESSION_ENDED']);
    expect(codeOf(await copy.get('/account'))).toEqual([401, 'SESSION_ENDED']);
    expect((await neighbour.get('/account')).status).toBe(200);
    const { name: username, password } = who;
    expect(codeOf(await phone.post('/login', { username, password }))).toEqual([401, 'INVALID_CREDENTIALS']);
    expect((await phone.post('/login', { username, password: NEW })).status).toBe(200);
  });

  it('is not survived by a login that is under way with the old password', async () => {
    const gates = new Gates();
    const { check } = UsersService.prototype;
    jest.spyOn(UsersService.prototype, 'check').mockImplementationOnce(async function (
      this: UsersService,
      ...args
    ) {
      const checked = await check.apply(this, args);
      await gates.pass('checked');
      return checked;
    });
    const attacker = new Browser(sample.origin);
    const { name: username, password } = who;
    const attack = attacker.post('/login', { username, password });
    await gates.reached('checked');
    expect((await browser.post('/account/password', CHANGE)).status).toBe(200);
    gates.open('checked');
    expect(codeOf(await attack)).toEqual([401, 'SESSION_ENDED']);
    expect((await attacker.get('/account')).status).toBe(401);
    expect((await browser.get('/devices')).json.devices).toHaveLength(1);
  });

  it('is not survived by a login that the old password opened while the new one was being stored', async () => {
    const gates = new Gates();
    const { changePassword } = UsersService.prototype;
    jest.spyOn(UsersService.prototype, 'changePassword').mockImplementationOnce(async function (
      this: UsersService,
      ...args
    ) {
      await gates.pass('storing');
      await changePassword.apply(this, args);
    });
    const changing = browser.post('/account/password', CHANGE);
    await gates.reached('storing');
    const attacker = await sample.logIn(who);
    gates.open('storing');
    expect((await changing).json).toEqual({ success: true, ended: 1 });
    expect(codeOf(await attacker.get('/account'))).toEqual([401, 'SESSION_ENDED']);
  });

  it('checks the current password, too, where a program gives it', async () => {
    const wrong = await browser.post('/account/password', { ...CHANGE, currentPassword: 'wrong' });
    expect(codeOf(wrong)).toEqual([401, 'INVALID_CREDENTIALS']);
    expect(await isRight(NEW)).toBe(false);
    const right = await browser.post('/account/password', { ...CHANGE, currentPassword: who.password });
    expect([right.status, right.json]).toEqual([200, { success: true, ended: 0 }]);
    expect(await isRight(NEW)).toBe(true);
    expect((await browser.get('/devices')).json.devices).toHaveLength(1);
  });

  it.each<[object, Record<string, unknown>]>([
    [{}, { newPassword: 'must be text', repeat: 'must be text' }],
    [[], {}],
    [{ ...CHANGE, newPassword: 'short' }, { newPassword: 'must have at least 15 characters' }],
    [{ ...CHANGE, newPassword: ['x'] }, { newPassword: 'must be text' }],
    [{ ...CHANGE, newPassword: 'x7'.repeat(501) }, { newPassword: expect.stringMatching(/at most 1000/) }],
    [
      { ...CHANGE, newPassword: '\0\ud800'.repeat(10) },
      { newPassword: expect.stringMatching(/again and again/) },
    ],
    [{ ...CHANGE, repeat: `${NEW} ` }, { repeat: 'must be the same as the new password' }],
    [{ ...CHANGE, currentPassword: '' }, { currentPassword: 'must not be empty' }],
    [
      { newPassword: 'password123456789', repeat: 'password123456789' },
      { newPassword: expect.stringMatching(/commonest/) },
    ],
  ])('refuses %j with the fields, and changes nothing', async (body, problems) => {
    const answer = await browser.post('/account/password', body);
    expect(codeOf(answer)).toEqual([400, 'INVALID_INPUT']);
    expect(answer.json.problems ?? {}).toEqual(problems);
    expect(await isRight(who.password)).toBe(true);
    expect((await browser.get('/account')).status).toBe(200);
  });

  it('refuses a password that is made of the user name', async () => {
    const newPassword = `${who.name}-${who.name}`;
    const answer = await browser.post('/account/password', { newPassword, repeat: newPassword });
    expect(answer.json.problems).toEqual({ newPassword: 'must not be made of your user name' });
  });

  it('shows the form again with what is wrong where, and sends no password back', async () => {
    const typed = { newPassword: 'short-password', repeat: 'another-password' };
    const { status, text } = await sendForm(browser, '/account/password', typed);
    expect(status).toBe(400);
    expect(text).toMatch(/id="newPassword-problem">must have at least 15 characters/);
    expect(text).not.toMatch(/short-password|another-password/);
    const done = await sendForm(browser, '/account/password', CHANGE);
    expect([done.status, done.headers.get('location')]).toEqual([303, '/account?done=password']);
    expect((await browser.get('/account?done=password', PAGE)).text).toContain('Your password was changed');
  });
});
