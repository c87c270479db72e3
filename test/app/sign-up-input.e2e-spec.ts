import { describe, expect, it } from '@jest/globals';
import { useRedis } from '../support/redis.js';
import { JSON_ONLY, PAGE, PASSWORD, PERSON, accountOf, postForm, useSignUps } from '../support/sign-ups.js';

const redis = useRedis();
const signUps = useSignUps(redis);

describe('the password', () => {
  it('is kept as a hash alone, and not even that leaves the server', async () => {
    const browser = await signUps.visitor();
    const keys = await redis.client.keys('*');
    const dump = (await Promise.all(keys.map((key) => redis.client.dump(key)))).join('\n');
    expect(dump).not.toContain(PASSWORD);
    const { signUp } = await signUps.record(browser);
    expect(signUp.account.password).toEqual({
      argon2id: expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/),
    });
    const shown = await Promise.all(
      ['/sign-up', '/sign-up/account', '/sign-up/review'].flatMap((path) => [
        browser.get(path, JSON_ONLY),
        browser.get(path, PAGE),
      ]),
    );
    for (const { text } of shown) expect(text).not.toMatch(/argon2id\$|four words/);
  });

  it.each([
    ['', 'must not be empty'],
    ['fourteen chars', 'must have at least 15 characters'],
    ['😀'.repeat(14), 'must have at least 15 characters'],
    ['x'.repeat(1_001), 'must have at most 1000 characters'],
    ['PasswordPassword', 'must not be made of the commonest passwords'],
    ['dora.dora.DORA.dora', 'must not be made of your user name'],
    ['ababababababababab', 'must not be the same few characters again and again'],
    [['four words nobody joins'], 'must be text'],
  ])('%j is refused', async (password, problem) => {
    const body = { username: 'dora', password, repeated: password };
    const { status, json } = await signUps.browser().post('/sign-up/account', body);
    expect([status, json.code, json.problems.password]).toEqual([400, 'INVALID_INPUT', problem]);
  });

  it('is kept if both fields are empty, unless the name changes', async () => {
    const browser = await signUps.visitor('Dave');
    const { password } = (await signUps.record(browser)).signUp.account;
    const again = { password: '', repeated: '' };
    expect((await browser.post('/sign-up/account', { username: 'DAVE', ...again })).json.next).toBe('review');
    expect((await signUps.record(browser)).signUp.account).toEqual({ username: 'DAVE', password });
    const { status, json } = await browser.post('/sign-up/account', { username: 'Dave2', ...again });
    expect([status, json.problems]).toEqual([400, { password: 'must be typed again for another user name' }]);
  });
});

describe('what is typed wrongly', () => {
  it.each([
    ['account', { ...accountOf('x') }, 'username'],
    ['account', { ...accountOf('<script>alert(1)</script>') }, 'username'],
    ['account', { ...accountOf('Саrоl') }, 'username'],
    ['account', { ...accountOf('carol'), repeated: 'another one altogether' }, 'repeated'],
    ['person', { ...PERSON, fullName: '   ' }, 'fullName'],
    ['person', { ...PERSON, fullName: 'C\u0000' }, 'fullName'],
    ['person', { ...PERSON, fullName: 'C\ud800' }, 'fullName'],
    ['person', { ...PERSON, fullName: 'C'.repeat(101) }, 'fullName'],
    ['person', { ...PERSON, email: 'carol' }, 'email'],
    ['person', { ...PERSON, city: ['Oxford'] }, 'city'],
    ['interests', { interests: ['tea', 'war'] }, 'interests'],
    ['interests', { interests: { length: 2 } }, 'interests'],
    ['interests', { about: 'a'.repeat(501) }, 'about'],
    ['interests', { about: 'bell \u0007' }, 'about'],
  ])('%s %j is 400 with the field, and nothing of it is kept', async (step, body, field) => {
    const browser = step === 'account' ? signUps.browser() : await signUps.visitor();
    const before = await signUps.record(browser);
    const { status, json } = await browser.post(`/sign-up/${step}`, body);
    expect([status, json.code]).toEqual([400, 'INVALID_INPUT']);
    expect(Object.keys(json.problems)).toEqual([field]);
    expect((await signUps.record(browser))?.signUp).toEqual(before?.signUp);
  });

  it('is shown in the form again, as text, beside what is wrong with it', async () => {
    const { status, text } = await postForm(signUps.browser(), 'account', accountOf('"><b>hm</b>'));
    expect(status).toBe(400);
    expect(text).toContain('value="&quot;>&lt;b>hm&lt;/b>"');
    expect(text).toMatch(/id="username-problem">must have 2 to 32/);
    expect(text).not.toContain(PASSWORD);
  });

  it('is never an error of the server, whatever it is', async () => {
    const browser = await signUps.visitor();
    const odd = [null, true, 9e99, -0, '', [], {}, [[[]]], { length: 1e9 }, '\ud800', '\0', '__proto__'];
    const fields = ['username', 'password', 'repeated', 'fullName', 'email', 'city', 'interests', 'about'];
    const everywhere = odd.map((value) => Object.fromEntries(fields.map((field) => [field, value])));
    const texts = [
      ...[...odd, ...everywhere].map((body) => JSON.stringify(body)),
      '{"__proto__":{"until":9e99},"username":{"__proto__":1}}',
      '{"a":',
      'fullName[a][b]=1&fullName=2&interests[__proto__]=tea&interests[9]=tea&about[]=',
      '%00=%ff&username=%ud800',
    ];
    const types = ['application/json', 'application/x-www-form-urlencoded', 'text/plain'];
    const sent = ['account', 'person', 'interests'].flatMap((step) =>
      texts.flatMap((body) => types.map((type) => ({ step, body, type }))),
    );
    const answers = await Promise.all(
      sent.map(({ step, body, type }) =>
        browser.fetch(`/sign-up/${step}`, { method: 'POST', headers: { 'content-type': type }, body }),
      ),
    );
    const failed = sent.filter((_, place) => (answers[place]?.status ?? 500) >= 500);
    expect(failed).toEqual([]);
  });
});
