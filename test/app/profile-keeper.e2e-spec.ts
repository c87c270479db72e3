import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { UsersService } from '../../src/users/users.service.js';
import type { Profile } from '../../src/users/user.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { type SampleApp, useSampleApps } from '../support/sample.app.js';

const BOB = { username: 'bob', password: 'bob-the-builder' };
const KEY = 'user_profile:1002';
const JSON_BODY = { 'content-type': 'application/json' };

describe('the profile that is kept for the service', () => {
  const redis = useRedis();
  const start = useSampleApps(() => redis.url);
  let app: SampleApp;
  let browser: Browser;
  /** Lets something happen between the next look into the database and what follows from it. */
  function afterNextLook(happen: () => Promise<unknown>): void {
    const users = app.app.get(UsersService);
    const look = users.profile.bind(users);
    users.profile = async (userId): Promise<Profile | undefined> => {
      users.profile = look;
      const profile = await look(userId);
      await happen();
      return profile;
    };
  }
  const change = (city: string) =>
    browser.fetch('/profile', { method: 'PUT', headers: JSON_BODY, body: JSON.stringify({ city }) });
  beforeEach(async () => {
    app = await start();
    browser = new Browser(app.origin);
    await redis.client.del(KEY);
  });

  it('is the newest, also where an older one is stored after it', async () => {
    await browser.post('/login', BOB);
    afterNextLook(() => change('newer'));
    expect((await change('older')).json).toMatchObject({ city: 'newer' });
    expect(JSON.parse((await redis.client.get(KEY))!)).toMatchObject({ city: 'newer' });
  });

  it('is there when the answer to the login is', async () => {
    afterNextLook(() => delay(50));
    await browser.post('/login', BOB);
    expect(await redis.client.exists(KEY)).toBe(1);
  });

  it('does not hold a login up for long', async () => {
    let go = (): void => undefined;
    afterNextLook(() => new Promise<void>((resolve) => (go = resolve)));
    expect((await browser.post('/login', BOB)).status).toBe(200);
    expect(await redis.client.exists(KEY)).toBe(0);
    go();
  });

  it('is stored later where the login could not', async () => {
    afterNextLook(() => Promise.reject(new Error('no database')));
    expect((await browser.post('/login', BOB)).status).toBe(200);
    expect(await redis.client.exists(KEY)).toBe(0);
    expect((await change('Leeds')).status).toBe(200);
    expect(await redis.client.exists(KEY)).toBe(1);
  });
});
