import { describe, expect, it } from '@jest/globals';
import {
  hours,
  minutes,
  RolesGuard,
  FreshLoginGuard,
  seconds,
  type SessionEvent,
  SessionRegistry,
} from 'nestjs-redis-session';
import { PASSED, useGuardedApps } from '../support/guarded.apps.js';
import { ClosedController } from '../support/guarded.controllers.js';
import { ADAPTERS } from '../support/test-app.js';

describe.each(ADAPTERS)('guards, on %s', (adapter) => {
  const apps = useGuardedApps(adapter);
  const { redis, clock, events, login, nobody, ask, setFresh } = apps;

  describe('AuthenticatedGuard', () => {
    it('lets logged-in users pass, and everybody on @Public() routes', async () => {
      expect(await ask(await login(), '/members')).toEqual(PASSED);
      expect(await ask(nobody(), '/members/open')).toEqual(PASSED);
    });

    it('is 401 UNAUTHENTICATED for whoever was never logged in', async () => {
      expect(await ask(nobody(), '/members')).toEqual([401, 'UNAUTHENTICATED']);
    });

    it('is 401 UNAUTHENTICATED for a cookie that was not made here', async () => {
      const forged = nobody();
      forged.cookie = (await login()).cookie!.slice(0, -3) + 'abc';
      expect(await ask(forged, '/members')).toEqual([401, 'UNAUTHENTICATED']);
    });

    it('is 401 SESSION_EXPIRED once Redis has let the session go', async () => {
      const browser = await login();
      await redis.client.del(`sess:${browser.handle}`);
      expect(await ask(browser, '/members')).toEqual([401, 'SESSION_EXPIRED']);
    });

    it('is 401 SESSION_EXPIRED after the idle timeout', async () => {
      const browser = await login();
      clock.advance(hours(1));
      expect(await ask(browser, '/members')).toEqual([401, 'SESSION_EXPIRED']);
    });

    it('is 401 SESSION_ENDED after it was revoked', async () => {
      const browser = await login();
      await apps.app.app.get(SessionRegistry).revoke(browser.handle);
      expect(await ask(browser, '/members')).toEqual([401, 'SESSION_ENDED']);
    });

    it('is 401 SESSION_ENDED after the user logged out in another tab', async () => {
      const browser = await login();
      const otherTab = nobody();
      otherTab.cookie = browser.cookie;
      await browser.post('/logout');
      expect(await ask(otherTab, '/members')).toEqual([401, 'SESSION_ENDED']);
      expect(await ask(browser, '/members')).toEqual([401, 'UNAUTHENTICATED']);
    });

    it('is 401 SESSION_STOLEN for both after the cookie was copied', async () => {
      const browser = await login();
      const thief = nobody();
      thief.cookie = browser.cookie;
      clock.advance(minutes(15));
      await browser.get('/members');
      await browser.get('/members');
      clock.advance(seconds(31));
      expect(await ask(thief, '/members')).toEqual([401, 'SESSION_STOLEN']);
      expect(await ask(browser, '/members')).toEqual([401, 'SESSION_STOLEN']);
    });
  });

  describe('as APP_GUARD', () => {
    it('demands a login everywhere, except where a class or handler is @Public()', async () => {
      expect(await ask(nobody(apps.guarded), '/closed')).toEqual([401, 'UNAUTHENTICATED']);
      expect(await ask(nobody(apps.guarded), '/free')).toEqual(PASSED);
      expect(await ask(await login([], {}, apps.guarded), '/closed')).toEqual(PASSED);
    });

    it('demands of each route only what its decorators say', async () => {
      const old = await login([], { authenticatedAt: clock.now() - minutes(6) }, apps.guarded);
      expect(await ask(old, '/closed')).toEqual(PASSED);
      expect(await ask(old, '/free')).toEqual(PASSED);
      const remembered = await login([], {}, apps.guarded);
      await setFresh(remembered, { idle: minutes(30), absolute: hours(8) });
      clock.advance(minutes(30));
      expect(await ask(remembered, '/closed')).toEqual(PASSED);
      expect(await ask(remembered, '/recent')).toEqual([401, 'FRESH_LOGIN_REQUIRED']);
    });

    it('RolesGuard and FreshLoginGuard alone let everybody use routes without a demand', async () => {
      const alone = await apps.start([ClosedController], [RolesGuard, FreshLoginGuard]);
      expect(await ask(nobody(alone), '/closed')).toEqual(PASSED);
      await alone.close();
    });

    it('@Roles and @FreshLogin on a handler beat @Public() on its class', async () => {
      const old = await login(['admin'], { authenticatedAt: clock.now() - minutes(6) }, apps.guarded);
      expect(await ask(nobody(apps.guarded), '/admins')).toEqual([401, 'UNAUTHENTICATED']);
      expect(await ask(old, '/admins')).toEqual(PASSED);
      expect(await ask(old, '/recent')).toEqual([401, 'FRESH_LOGIN_REQUIRED']);
      expect(await ask(await login([], {}, apps.guarded), '/admins')).toEqual([403, 'INSUFFICIENT_ROLE']);
      expect(await ask(await login([], {}, apps.guarded), '/recent')).toEqual(PASSED);
    });
  });

  describe('a guard of the application', () => {
    it('decides what is public and what is answered, and keeps its own constructor', async () => {
      const { status, json } = await nobody().get('/pages');
      expect([status, json]).toEqual([418, { goTo: '/login', why: 'UNAUTHENTICATED' }]);
      expect(await ask(nobody(), '/pages/health')).toEqual(PASSED);
      expect(await ask(await login(), '/pages')).toEqual(PASSED);
    });

    it('can have a condition of its own', async () => {
      expect(await ask(await login(), '/pages/never')).toEqual([403, 'INSUFFICIENT_ROLE']);
    });
  });

  describe('the event access.refused', () => {
    const told = (): SessionEvent[] => events.splice(0).filter(({ type }) => type === 'access.refused');

    it('names code and route, never the URL', async () => {
      told();
      await nobody().get('/members?token=secret');
      expect(told()).toEqual([
        { type: 'access.refused', code: 'UNAUTHENTICATED', route: 'MembersController.list' },
      ]);
    });

    it('names who it was, if that is known', async () => {
      const browser = await login();
      told();
      await browser.get('/admin');
      expect(told()).toEqual([
        {
          type: 'access.refused',
          code: 'INSUFFICIENT_ROLE',
          route: 'AdminController.all',
          handle: browser.handle,
          userId: 'u-1',
        },
      ]);
    });

    it('is told of guards of the application too, and not of those who pass', async () => {
      const browser = await login();
      told();
      await browser.get('/pages');
      expect(told()).toEqual([]);
      await nobody().get('/pages');
      expect(told()).toHaveLength(1);
    });
  });
});
