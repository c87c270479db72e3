import { describe, expect, it } from '@jest/globals';
import { SessionRegistry } from 'nestjs-redis-session';
import { UsersService } from '../../src/users/users.service.js';
import { useRedis } from '../support/redis.js';
import { PAGE, PASSWORD, accountOf, postForm, parallel, useSignUps } from '../support/sign-ups.js';

const signUps = useSignUps(useRedis());

describe('a submit', () => {
  const sessionsOf = async (username: string, password = PASSWORD) => {
    const user = await signUps.app.get(UsersService).check(username, password);
    if (user === undefined || !('name' in user)) throw new TypeError(`There is no ${username}`);
    return signUps.app.get(SessionRegistry).list(user.userId);
  };

  it('sent twenty times at once makes one account and one login, and all are told of it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const username = signUps.newName();
      const browser = await signUps.visitor(username);
      const answers = await parallel(20, () => signUps.tabOf(browser).post('/sign-up/submit'));
      const made = answers.filter(({ status }) => status === 200);
      const late = answers.filter(({ status }) => status !== 200);
      for (const { json } of made) expect(json).toMatchObject({ success: true, username });
      // These came when the session of the steps had been replaced already.
      for (const { json } of late) expect(json).toMatchObject({ statusCode: 409, code: 'NOTHING_TO_SUBMIT' });
      expect(made.filter(({ json }) => json.loggedIn)).toHaveLength(1);
      expect(answers.filter(({ setCookie }) => setCookie !== undefined)).toHaveLength(1);
      expect(await sessionsOf(username)).toHaveLength(1);
    }
  });

  it('sent again with the fresh cookie says the same', async () => {
    const browser = await signUps.visitor();
    const [first, second] = [await browser.post('/sign-up/submit'), await browser.post('/sign-up/submit')];
    expect([second.status, second.json]).toEqual([first.status, first.json]);
    expect(second.json.loggedIn).toBe(true);
  });

  it('goes on where one stopped that made the account and then lost its process', async () => {
    const username = signUps.newName();
    const browser = await signUps.visitor(username);
    const { account, person, interests } = (await signUps.record(browser)).signUp;
    const made = await signUps.app
      .get(UsersService)
      .create({ name: username, password: account.password, ...person, ...interests });
    const { status, json } = await browser.post('/sign-up/submit');
    expect([status, json]).toEqual([200, { success: true, username, loggedIn: true }]);
    expect((await browser.get('/me')).json.user.userId).toBe(made?.userId);
  });

  it('finds the name taken meanwhile: back to the first step, and the others are kept', async () => {
    const [slow, fast] = [await signUps.visitor('Erin'), await signUps.visitor('erin')];
    expect((await fast.post('/sign-up/submit')).status).toBe(200);
    const tab = signUps.tabOf(slow);
    const { status, json } = await slow.post('/sign-up/submit');
    expect([status, json.code, json.problems]).toEqual([409, 'NAME_TAKEN', { username: 'is taken' }]);
    const state = await signUps.state(slow);
    expect(state.next).toBe('account');
    expect(state.steps.map(({ done }: { done: boolean }) => done)).toEqual([false, true, true, false]);
    const { text } = await slow.get('/sign-up/account', PAGE);
    expect(text).toContain('value="Erin"');
    expect(text).toMatch(/id="username-problem">is taken/);
    expect((await postForm(tab, 'submit')).headers.get('location')).toBe('/sign-up/account?notice=order');
    const again = await slow.post('/sign-up/account', accountOf('Erin2'));
    expect(again.json.next).toBe('review');
    expect((await slow.post('/sign-up/submit')).json).toMatchObject({ username: 'Erin2', loggedIn: true });
  });

  it('leads a form back to the first step if the name is taken, and the first step says so at once', async () => {
    const slow = await signUps.visitor('Frank');
    await (await signUps.visitor('frank')).post('/sign-up/submit');
    expect((await postForm(slow, 'submit')).headers.get('location')).toBe('/sign-up/account');
    const { status, text } = await postForm(signUps.browser(), 'account', accountOf('FRANK'));
    expect(status).toBe(409);
    expect(text).toMatch(/value="FRANK"[^]*id="username-problem">is taken/);
  });

  it('makes the account but does not log in while logins to that name are blocked', async () => {
    const username = signUps.newName();
    const browser = await signUps.visitor(username);
    const guesses = await parallel(8, () =>
      signUps.browser().post('/login', { username, password: 'wrong' }),
    );
    expect(guesses.map(({ status }) => status)).toContain(429);
    expect((await browser.post('/sign-up/submit')).json).toEqual({
      success: true,
      username,
      loggedIn: false,
    });
    expect((await browser.get('/sign-up/welcome', PAGE)).text).toContain('href="/login"');
    expect(await signUps.record(browser)).not.toHaveProperty('signUp');
  });

  it('of nothing says so', async () => {
    const browser = signUps.browser();
    expect((await browser.post('/sign-up/submit')).json.code).toBe('NOTHING_TO_SUBMIT');
    const { status, headers } = await postForm(browser, 'submit');
    expect([status, headers.get('location')]).toEqual([303, '/sign-up/account?notice=nothing']);
    const welcome = await browser.get('/sign-up/welcome', PAGE);
    expect([welcome.status, welcome.headers.get('location')]).toEqual([303, headers.get('location')]);
  });
});
