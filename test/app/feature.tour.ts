import { expect } from '@jest/globals';
import { Browser, type Answer } from '../support/browser.js';
import { sampleRoutes } from '../support/sample.routes.js';

const JSON_ONLY = { accept: 'application/json' };
const PAGE = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const WORDS = 'four words nobody joins';
const OTHER_WORDS = 'four others nobody knows';
const ALICE = { username: 'alice', password: 'alice-in-wonderland' };
const ADMIN = { username: 'admin', password: 'admin-of-all-things' };

/** A request of the tour and what came of it. */
export interface Visit {
  /** Such as `POST /cart/add`. */
  request: string;
  status: number;
  text: string;
}

/** A browser that writes down what it asks. */
class Tourist extends Browser {
  constructor(
    origin: string,
    private readonly visits: Visit[],
  ) {
    super(origin);
  }

  override async fetch(path: string, init: RequestInit = {}): Promise<Answer> {
    const answer = await super.fetch(path, init);
    this.visits.push({
      request: `${init.method ?? 'GET'} ${path}`,
      status: answer.status,
      text: answer.text,
    });
    return answer;
  }

  /** As a program, and as a browser. */
  async both(...paths: string[]): Promise<void> {
    for (const path of paths) for (const how of [JSON_ONLY, PAGE]) await this.get(path, how);
  }

  send(method: string, path: string, body: unknown = {}): Promise<Answer> {
    return this.fetch(path, {
      method,
      headers: { 'content-type': 'application/json', ...JSON_ONLY },
      body: JSON.stringify(body),
    });
  }

  async logIn(who: { username: string; password: string; rememberMe?: boolean }): Promise<this> {
    await this.send('POST', '/login', who);
    return this;
  }
}

/** What was found out on the way, for the caller to compare with what it should be. */
export interface Tour {
  visits: readonly Visit[];
  found: Record<string, unknown>;
}

/** What there is to be found. */
export const FOUND = {
  // The shop's own name and price.
  cart: [{ productId: 'mug', name: 'Stoneware mug', price: 14.9, quantity: 3 }],
  loads: 20,
  limited: expect.any(String),
  signedUp: { success: true, username: 'carol', loggedIn: true },
  me: 'carol',
  profile: ['Oxford', 'Two lines.'],
  preferences: { theme: 'dark', language: 'de', pageSize: 30, newsletter: true, note: 'x' },
  // The sign-up, this one, and three more.
  devices: 5,
  // The sign-up and one of the three.
  others: 2,
  ended: [401, 401, 401],
  changed: 1,
  after: [200, 401],
  loggedOut: { success: true },
  refused: 2,
  blocks: 1,
  foundBlocks: 1,
  again: 200,
  funnel: [1, 1, 1, 1, 1],
  counts: true,
};

/**
 * Goes through every feature of the sample application, as several people with several devices each.
 *
 * @param newcomer a name that nobody has yet
 */
export async function tourOf(origin: string, newcomer: string): Promise<Tour> {
  const visits: Visit[] = [];
  const tourist = (): Tourist => new Tourist(origin, visits);
  const found = {
    ...(await visitorAt(tourist())),
    ...(await signUpAt(tourist(), newcomer)),
    ...(await accountAt(tourist, newcomer)),
    ...(await blocksAt(tourist, newcomer)),
    ...(await analyticsAt(await tourist().logIn(ADMIN))),
  };
  for (const who of [ALICE, ADMIN]) await (await tourist().logIn(who)).both(...pages());
  return { visits, found };
}

/** Whatever can be looked at without knowing a name or number in its path. */
const pages = (): string[] =>
  sampleRoutes()
    .map((route) => /^GET ([^:]+)$/.exec(route)?.[1])
    .filter((path) => path !== undefined);

/** Everything that needs no account. */
async function visitorAt(visitor: Tourist) {
  await visitor.both('/', '/guide', '/login', '/login-limits', '/expiration', '/session', '/examine');
  await visitor.get('/health');
  await Promise.all(
    [1, 2, 3].map(() =>
      visitor.send('POST', '/cart/add', { productId: 'mug', quantity: 1, name: 'Mug', price: 2 }),
    ),
  );
  await visitor.send('POST', '/cart/add', { productId: 'pen', quantity: 2, name: 'Pen', price: 1 });
  await visitor.send('POST', '/cart/pen/quantity', { quantity: 5 });
  await visitor.send('DELETE', '/cart/pen');
  await visitor.send('POST', '/cart/add', { productId: 'cap', quantity: 1, name: 'Cap', price: 9 });
  await visitor.send('POST', '/cart/cap/remove');
  await visitor.both('/cart');
  await visitor.send('POST', '/session/history', { kilobytes: 4 });
  await visitor.send('DELETE', '/session/history');
  await visitor.send('POST', '/session/history', { kilobytes: 2 });
  await visitor.send('POST', '/session/history/remove');
  const { json: loads } = await visitor.get('/session/loads?count=20', JSON_ONLY);
  const { json: limits } = await visitor.get('/login-limits', JSON_ONLY);
  const { items } = (await visitor.get('/cart', JSON_ONLY)).json;
  return { cart: items, loads: loads.loads, limited: limits.address.network };
}

async function signUpAt(visitor: Tourist, username: string) {
  await visitor.both('/sign-up', '/sign-up/account');
  await visitor.send('POST', '/sign-up/cancel');
  await visitor.send('POST', '/sign-up/account', { username, password: WORDS, repeated: WORDS });
  await visitor.both('/sign-up/person');
  await visitor.send('POST', '/sign-up/person', {
    fullName: 'Carol',
    email: 'carol@example.com',
    city: 'Łódź',
  });
  await visitor.both('/sign-up/interests');
  await visitor.send('POST', '/sign-up/interests', { interests: ['tea'], about: 'One line.' });
  await visitor.both('/sign-up/review');
  const { json: signedUp } = await visitor.send('POST', '/sign-up/submit');
  await visitor.both('/sign-up/welcome');
  const { json: me } = await visitor.get('/me', JSON_ONLY);
  return { signedUp, me: me.user?.name };
}

async function accountAt(tourist: () => Tourist, username: string) {
  const who = { username, password: WORDS };
  const laptop = await tourist().logIn(who);
  await laptop.both('/account', '/account/confirm', '/account/password', '/me');
  await laptop.send('PUT', '/profile', { city: 'Oxford' });
  await laptop.send('POST', '/profile', { about: 'Two lines.' });
  await laptop.both('/profile');
  const { json: profile } = await laptop.get('/profile', JSON_ONLY);
  const preferences = { theme: 'dark', language: 'de', pageSize: 30, newsletter: true, note: 'x' };
  await laptop.send('PUT', '/session/preferences', preferences);
  await laptop.send('POST', '/session/preferences', preferences);
  await laptop.both('/session/preferences', '/session');
  const { json: kept } = await laptop.get('/session/preferences', JSON_ONLY);
  await laptop.get('/expiration/time-left');
  await laptop.send('POST', '/expiration/stay');
  await laptop.send('POST', '/expiration/custom', { minutes: 5 });
  await laptop.send('POST', '/expiration/default');
  await laptop.both('/expiration', '/examine');

  const [phone, tablet, desktop] = await Promise.all(
    [1, 2, 3].map(() => tourist().logIn({ ...who, rememberMe: true })),
  );
  await laptop.both('/devices');
  await laptop.get('/devices/still-here');
  const { devices } = (await laptop.get('/devices', JSON_ONLY)).json;
  await laptop.send('DELETE', `/devices/${phone!.handle}`);
  await laptop.send('POST', `/devices/${tablet!.handle}/end`);
  const others = await laptop.send('POST', '/devices/end-others');
  const ended = await Promise.all([phone, tablet, desktop].map((device) => device!.get('/me', JSON_ONLY)));

  const watch = await tourist().logIn(who);
  await laptop.send('POST', '/account/confirm', { password: WORDS });
  const change = { currentPassword: WORDS, newPassword: OTHER_WORDS, repeat: OTHER_WORDS };
  const { json: changed } = await laptop.send('POST', '/account/password', change);
  const after = [await laptop.get('/me', JSON_ONLY), await watch.get('/me', JSON_ONLY)];
  const { json: loggedOut } = await laptop.send('POST', '/logout');
  return {
    profile: [profile.city, profile.about],
    preferences: kept.preferences,
    devices: devices.length,
    others: others.json.ended,
    ended: ended.map(({ status }) => status),
    changed: changed.ended,
    after: after.map(({ status }) => status),
    loggedOut,
  };
}

async function blocksAt(tourist: () => Tourist, account: string) {
  const wrong = { username: account, password: 'wrong' };
  const guesses = await Promise.all(Array.from({ length: 7 }, () => tourist().send('POST', '/login', wrong)));
  const admin = await tourist().logIn(ADMIN);
  await admin.both('/admin/blocks');
  const { blocks } = (await admin.get('/admin/blocks', JSON_ONLY)).json;
  const { json: sought } = await admin.send('POST', '/admin/blocks/find', { account });
  await admin.get('/admin/blocks/find', PAGE);
  await admin.send('POST', '/admin/blocks/unblock', { account });
  await admin.send('POST', '/admin/blocks/reset', { account });
  const again = await tourist().send('POST', '/login', { username: account, password: OTHER_WORDS });
  return {
    refused: guesses.filter(({ status }) => status === 429).length,
    blocks: blocks.length,
    foundBlocks: sought.blocks.length,
    again: again.status,
  };
}

/** They are written once a second. */
async function analyticsAt(admin: Tourist) {
  await admin.both('/admin/analytics');
  for (;;) {
    const { json } = await admin.get('/admin/analytics?days=7', JSON_ONLY);
    const today = json.days?.at(-1);
    const steps = today?.funnels['sign-up'].map(({ sessions }: { sessions: number }) => sessions);
    if (steps?.at(-1) > 0)
      return { funnel: steps, counts: today.visitors > 0 && json.now.activeSessions > 0 };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
