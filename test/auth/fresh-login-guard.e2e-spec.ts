import { describe, expect, it } from '@jest/globals';
import { FreshLogin, hours, minutes } from 'nestjs-redis-session';
import { PASSED, useGuardedApps } from '../support/guarded.apps.js';
import { ADAPTERS } from '../support/test-app.js';

describe.each(ADAPTERS)('FreshLoginGuard, on %s', (adapter) => {
  const apps = useGuardedApps(adapter);
  const { clock, login, nobody, ask, setFresh } = apps;

  it('lets whoever has just given the password pass', async () => {
    const browser = await login();
    expect(await ask(browser, '/settings')).toEqual(PASSED);
    expect(await ask(browser, '/settings/password')).toEqual(PASSED);
  });

  it('measures `within` from the login, not from the last activity', async () => {
    const browser = await login();
    clock.advance(minutes(5));
    expect(await ask(browser, '/settings/password')).toEqual(PASSED);
    clock.advance(1);
    expect(await ask(browser, '/settings/password')).toEqual([401, 'FRESH_LOGIN_REQUIRED']);
    expect(await ask(browser, '/settings')).toEqual(PASSED);
  });

  it('asks for the password of a login that was long ago', async () => {
    const browser = await login([], { authenticatedAt: clock.now() - minutes(6) });
    expect(await ask(browser, '/settings/password')).toEqual([401, 'FRESH_LOGIN_REQUIRED']);
    expect(await ask(browser, '/settings')).toEqual(PASSED);
  });

  it('asks for the password of a user who was only remembered, also without `within`, and again', async () => {
    const browser = await login();
    await setFresh(browser, { idle: minutes(30), absolute: hours(8) });
    expect(await ask(browser, '/settings')).toEqual(PASSED);
    clock.advance(minutes(30));
    expect(await ask(browser, '/settings')).toEqual([401, 'FRESH_LOGIN_REQUIRED']);
    expect(await ask(browser, '/members')).toEqual(PASSED);
    expect(await ask(browser, '/settings')).toEqual([401, 'FRESH_LOGIN_REQUIRED']);
  });

  it('asks whoever is not logged in to log in, except where the handler is @Public()', async () => {
    expect(await ask(nobody(), '/settings')).toEqual([401, 'UNAUTHENTICATED']);
    expect(await ask(nobody(), '/settings/open')).toEqual(PASSED);
  });

  it('in @UseGuards without @FreshLogin demands a fresh login all the same', async () => {
    const remembered = await login();
    await setFresh(remembered, { idle: minutes(30), absolute: hours(8) });
    expect(await ask(remembered, '/bare/fresh')).toEqual(PASSED);
    clock.advance(minutes(30));
    expect(await ask(remembered, '/bare/fresh')).toEqual([401, 'FRESH_LOGIN_REQUIRED']);
    expect(await ask(nobody(), '/bare/fresh')).toEqual([401, 'UNAUTHENTICATED']);
    expect(await ask(nobody(), '/bare/open')).toEqual(PASSED);
  });

  it.each([[0], [-1], [NaN], [Infinity], ['5m']])(
    '@FreshLogin({ within: %p }) is refused at once',
    (within) => {
      expect(() => {
        class Wrong {}
        FreshLogin({ within: within as number })(Wrong);
      }).toThrow(
        /@FreshLogin\({ within }\) must be a number of milliseconds above 0, for example minutes\(5\); it got/,
      );
    },
  );
});
