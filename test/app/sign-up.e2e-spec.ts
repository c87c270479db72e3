import { describe, expect, it } from '@jest/globals';
import { minutes } from 'nestjs-redis-session';
import { UsersService } from '../../src/users/users.service.js';
import { useRedis } from '../support/redis.js';
import {
  JSON_ONLY,
  PAGE,
  PASSWORD,
  PERSON,
  INTERESTS,
  accountOf,
  postForm,
  parallel,
  useSignUps,
} from '../support/sign-ups.js';

const signUps = useSignUps(useRedis());

describe('the steps', () => {
  it('begin with the first one, and whoever only looks gets no session', async () => {
    const browser = signUps.browser();
    expect(await signUps.state(browser)).toEqual({
      next: 'account',
      steps: [
        { step: 'account', open: true, done: false },
        { step: 'person', open: false, done: false },
        { step: 'interests', open: false, done: false },
        { step: 'review', open: false, done: false },
      ],
      expiresAt: null,
    });
    const { status, headers } = await browser.get('/sign-up', PAGE);
    expect([status, headers.get('location')]).toEqual([302, '/sign-up/account']);
    expect((await browser.get('/sign-up/account', PAGE)).status).toBe(200);
    expect(browser.cookie).toBeUndefined();
  });

  it('lead a form from one to the next, to an account, and log its user in under a fresh id', async () => {
    const browser = signUps.browser();
    await browser.get('/');
    const username = signUps.newName();
    const leads = async (step: string, fields?: Record<string, string> | string[][]) => {
      const { status, headers } = await postForm(browser, step, fields);
      return [status, headers.get('location')];
    };
    expect(await leads('account', accountOf(username))).toEqual([303, '/sign-up/person']);
    expect(await leads('person', PERSON)).toEqual([303, '/sign-up/interests']);
    const ticks = [
      ['interests', 'tea'],
      ['interests', 'chess'],
      ['about', 'One line,\r\nand another.'],
    ];
    expect(await leads('interests', ticks)).toEqual([303, '/sign-up/review']);
    const { text } = await browser.get('/sign-up/review', PAGE);
    expect(text).toContain('Carol &lt;b>Doe&lt;/b>');
    expect(text).toContain('chess, tea');
    const before = signUps.tabOf(browser);
    expect(await leads('submit')).toEqual([303, '/sign-up/welcome']);
    expect(browser.handle).not.toBe(before.handle);
    expect((await browser.get('/sign-up/welcome', PAGE)).text).toContain(`Welcome, ${username}!`);
    const { user } = (await browser.get('/me')).json;
    expect(await signUps.app.get(UsersService).profile(user.userId)).toEqual({
      userId: user.userId,
      name: username,
      ...PERSON,
      interests: ['chess', 'tea'],
      about: 'One line,\nand another.',
    });
    const stored = await signUps.record(browser);
    expect(stored).toMatchObject({ visitCount: 1, username });
    expect(stored).not.toHaveProperty('signUp');
    expect(await signUps.record(before)).toBeNull();
    expect((await before.get('/me')).status).toBe(401);
    expect((await signUps.browser().post('/login', { username, password: PASSWORD })).status).toBe(200);
  });

  it('go on in another tab, back and forward, with what was typed', async () => {
    const browser = signUps.browser();
    const username = signUps.newName();
    await browser.post('/sign-up/account', accountOf(username));
    const tab = signUps.tabOf(browser);
    expect((await tab.post('/sign-up/person', PERSON)).json.next).toBe('interests');
    const state = await signUps.state(browser);
    expect(state.steps.slice(0, 2)).toEqual([
      { step: 'account', open: true, done: true, values: { username } },
      { step: 'person', open: true, done: true, values: PERSON },
    ]);
    expect((await browser.get('/sign-up/account', PAGE)).text).toContain(`value="${username}"`);
    expect((await browser.get('/sign-up/person', PAGE)).text).toContain('value="Łódź"');
    const { json } = await browser.post('/sign-up/person', { ...PERSON, city: 'Oxford' });
    expect(json.steps[1].values.city).toBe('Oxford');
  });

  it('can be cancelled, and nothing is left', async () => {
    const browser = await signUps.visitor();
    const { status, headers } = await postForm(browser, 'cancel');
    expect([status, headers.get('location')]).toEqual([303, '/sign-up/account?notice=cancelled']);
    expect(await signUps.record(browser)).not.toHaveProperty('signUp');
    expect((await browser.get('/sign-up/account?notice=cancelled', PAGE)).text).toContain('was cancelled');
    expect((await browser.get('/sign-up/account?notice=%3Cscript%3E', PAGE)).status).toBe(200);
  });

  it.each([
    ['GET', 'person'],
    ['POST', 'person'],
    ['GET', 'interests'],
    ['POST', 'interests'],
    ['GET', 'review'],
  ])('refuse to jump ahead: %s %s', async (method, step) => {
    const browser = signUps.browser();
    const { status, json } = await browser.fetch(`/sign-up/${step}`, { method, headers: JSON_ONLY });
    expect([status, json.code]).toEqual([409, 'STEP_NOT_OPEN']);
    const page = await browser.fetch(`/sign-up/${step}`, { method, headers: PAGE });
    expect([page.status, page.headers.get('location')]).toEqual([303, '/sign-up/account?notice=order']);
    expect(browser.cookie).toBeUndefined();
  });

  it('do not exist under other names', async () => {
    for (const step of ['constructor', '__proto__', 'account/1', '%00']) {
      expect((await signUps.browser().get(`/sign-up/${step}`)).status).toBe(404);
    }
  });

  it('are not for users who are logged in', async () => {
    const browser = signUps.browser();
    await browser.post('/login', { username: 'alice', password: 'alice-in-wonderland' });
    for (const path of ['/sign-up', '/sign-up/account', '/sign-up/review']) {
      const { status, json } = await browser.get(path, JSON_ONLY);
      expect([status, json.code]).toEqual([409, 'ALREADY_LOGGED_IN']);
    }
    expect((await browser.post('/sign-up/submit')).json.code).toBe('ALREADY_LOGGED_IN');
    expect((await browser.get('/sign-up', PAGE)).text).toContain('You are logged in.');
    expect((await postForm(browser, 'account', accountOf(signUps.newName()))).text).toContain(
      'You are logged in.',
    );
  });
});

describe('the time of the steps', () => {
  it('is over fifteen minutes after the last one: they are empty, the page says why, and the session lives on', async () => {
    const browser = signUps.browser();
    await browser.get('/');
    await browser.post('/sign-up/account', accountOf(signUps.newName()));
    try {
      signUps.setAhead(minutes(14));
      expect((await browser.post('/sign-up/person', PERSON)).json.next).toBe('interests');
      signUps.setAhead(minutes(28));
      expect((await signUps.state(browser)).next).toBe('interests');
      signUps.setAhead(minutes(29) + 1_000);
      expect((await browser.post('/sign-up/interests', INTERESTS)).json.code).toBe('STEP_NOT_OPEN');
      expect((await browser.post('/sign-up/submit')).json.code).toBe('NOTHING_TO_SUBMIT');
      const { text } = await browser.get('/sign-up/account', PAGE);
      expect(text).toContain('More than 15 minutes have passed');
      expect(text).not.toMatch(/value="Carol/);
      expect(JSON.stringify(await signUps.record(browser))).not.toMatch(/argon2|Carol/);
      expect((await browser.get('/', JSON_ONLY)).json).toEqual({ visitCount: 2 });
      const { json } = await browser.post('/sign-up/account', accountOf(signUps.newName()));
      expect(json.next).toBe('person');
      expect((await browser.get('/sign-up/account', PAGE)).text).not.toContain('More than 15 minutes');
    } finally {
      signUps.setAhead(0);
    }
  });
});

describe('two tabs', () => {
  it('that send different steps at once lose nothing', async () => {
    const browser = await signUps.visitor();
    await parallel(20, (place) =>
      place % 2
        ? signUps.tabOf(browser).post('/sign-up/person', { ...PERSON, city: 'Oxford' })
        : signUps.tabOf(browser).post('/sign-up/interests', { interests: ['music'] }),
    );
    const { signUp } = await signUps.record(browser);
    expect(signUp).toMatchObject({ person: { city: 'Oxford' }, interests: { interests: ['music'] } });
  });

  it('of which one cancels leave nothing behind, however many steps are on their way', async () => {
    for (let round = 0; round < 5; round += 1) {
      const browser = await signUps.visitor();
      const answers = await parallel(20, (place) =>
        place === 3
          ? signUps.tabOf(browser).post('/sign-up/cancel')
          : signUps.tabOf(browser).post('/sign-up/person', PERSON),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
      expect(await signUps.record(browser)).not.toHaveProperty('signUp');
    }
  });
});
