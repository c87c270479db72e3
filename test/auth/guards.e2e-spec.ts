import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  type ExecutionContext,
  Get,
  HttpException,
  Injectable,
  Post,
  type Provider,
  Req,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import {
  AccessGuard,
  type AccessRefusalCode,
  type AnyRequest,
  AuthenticatedGuard,
  FreshLogin,
  FreshLoginGuard,
  hours,
  LoginService,
  minutes,
  Public,
  Roles,
  RolesGuard,
  seconds,
  type SessionEvent,
  SessionEvents,
  SessionRegistry,
} from 'nestjs-redis-session';
import { FakeClock, loginAs, type LoginAsOptions } from 'nestjs-redis-session/testing';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

const OK = { ok: true };

/** A guard of an application: a hook of each kind, and a service of its own. */
@Injectable()
class PageGuard extends AuthenticatedGuard {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  protected override isPublic(context: ExecutionContext): boolean {
    return this.reflector.get<string>('path', context.getHandler()) === 'health';
  }

  protected override refusal(_context: ExecutionContext, code: AccessRefusalCode): Error {
    return new HttpException({ goTo: '/login', why: code }, 418);
  }
}

/** A condition of an application's own. */
class NobodyGuard extends AccessGuard {
  protected judge(): AccessRefusalCode {
    return 'INSUFFICIENT_ROLE';
  }
}

@Controller('members')
@UseGuards(AuthenticatedGuard)
class MembersController {
  @Get()
  list() {
    return OK;
  }

  @Public()
  @Get('open')
  open() {
    return OK;
  }
}

@Controller('admin')
@Roles('admin')
@UseGuards(RolesGuard)
class AdminController {
  @Get()
  all() {
    return OK;
  }

  @Roles(['editor', 'author'])
  @Get('texts')
  texts() {
    return OK;
  }

  @Public()
  @Get('open')
  open() {
    return OK;
  }

  @Public()
  @Roles('admin')
  @Get('both')
  both() {
    return OK;
  }
}

@Controller('settings')
@FreshLogin()
@UseGuards(FreshLoginGuard)
class SettingsController {
  @Get()
  show() {
    return OK;
  }

  @FreshLogin({ within: minutes(5) })
  @Get('password')
  password() {
    return OK;
  }

  @Public()
  @Get('open')
  open() {
    return OK;
  }
}

/** Guards in @UseGuards, and no decorator that says what they are to demand. */
@Controller('bare')
class BareController {
  @UseGuards(RolesGuard)
  @Get('roles')
  roles() {
    return OK;
  }

  @UseGuards(FreshLoginGuard)
  @Get('fresh')
  fresh() {
    return OK;
  }

  @Public()
  @UseGuards(FreshLoginGuard, RolesGuard)
  @Get('open')
  open() {
    return OK;
  }
}

/** The same demands without @UseGuards, for guards of the whole application. */
@Public()
@Controller()
class PlainController {
  constructor(private readonly logins: LoginService) {}

  @Get('free')
  free() {
    return OK;
  }

  @Roles('admin')
  @Get('admins')
  admins() {
    return OK;
  }

  @FreshLogin({ within: minutes(5) })
  @Get('recent')
  recent() {
    return OK;
  }

  @Post('logout')
  async logout(@Req() request: AnyRequest) {
    await this.logins.logout(request);
    return OK;
  }
}

@Controller()
class ClosedController {
  @Get('closed')
  closed() {
    return OK;
  }
}

@UseGuards(PageGuard)
@Controller('pages')
class PagesController {
  @Get()
  page() {
    return OK;
  }

  @Get('health')
  health() {
    return OK;
  }

  @UseGuards(NobodyGuard)
  @Get('never')
  never() {
    return OK;
  }
}

describe.each(ADAPTERS)('guards, on %s', (adapter) => {
  const redis = useRedis();
  const clock = new FakeClock();
  const events: SessionEvent[] = [];
  let app: TestApp;
  let guarded: TestApp;

  const appGuard = (useClass: Type): Provider => ({ provide: APP_GUARD, useClass });
  const start = async (controllers: Type[], providers: Provider[]): Promise<TestApp> => {
    const started = await startApp(redis.url, { adapter, clock, module: { controllers, providers } });
    started.app.get(SessionEvents).all$.subscribe((event) => events.push(event));
    return started;
  };
  beforeAll(async () => {
    app = await start(
      [
        MembersController,
        AdminController,
        SettingsController,
        BareController,
        PagesController,
        PlainController,
      ],
      [],
    );
    guarded = await start(
      [PlainController, ClosedController, BareController],
      [appGuard(AuthenticatedGuard), appGuard(RolesGuard), appGuard(FreshLoginGuard)],
    );
  });
  afterAll(async () => {
    await Promise.all([app.close(), guarded.close()]);
  });

  const login = async (roles: string[] = [], options: LoginAsOptions = {}, at = app): Promise<Browser> => {
    const browser = new Browser(at.origin);
    browser.cookie = await loginAs(at.app, { userId: 'u-1', roles }, options);
    return browser;
  };
  const nobody = (at = app): Browser => new Browser(at.origin);
  const ask = async (browser: Browser, path: string): Promise<[number, unknown]> => {
    const { status, json } = await browser.get(path);
    return [status, status === 200 ? json : json.code];
  };
  const PASSED = [200, OK];
  /** Lets the login of a stored session count as fresh only that long, as "remember me" does. */
  const setFresh = async ({ handle }: Browser, fresh: { idle: number; absolute: number }): Promise<void> => {
    const key = `sess:${handle}`;
    const record = JSON.parse((await redis.client.get(key))!);
    record.$session.policy = { ...record.$session.policy, idle: hours(24), absolute: hours(48), fresh };
    await redis.client.set(key, JSON.stringify(record), 'PX', hours(24));
  };

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
      await app.app.get(SessionRegistry).revoke(browser.handle);
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

  describe('RolesGuard', () => {
    it.each([
      [['admin'], '/admin', 200],
      [['admin', 'editor'], '/admin', 200],
      [['editor'], '/admin', 403],
      [[], '/admin', 403],
      [['editor'], '/admin/texts', 200],
      [['author'], '/admin/texts', 200],
      [['admin'], '/admin/texts', 403],
      [['admin'], '/admin/both', 200],
      [[], '/admin/both', 403],
      [[], '/admin/open', 200],
    ])('%j at %s is %d', async (roles, path, status) => {
      expect(await ask(await login(roles), path)).toEqual(
        status === 200 ? PASSED : [403, 'INSUFFICIENT_ROLE'],
      );
    });

    it('asks whoever is not logged in to log in, except where the handler is @Public()', async () => {
      expect(await ask(nobody(), '/admin')).toEqual([401, 'UNAUTHENTICATED']);
      expect(await ask(nobody(), '/admin/both')).toEqual([401, 'UNAUTHENTICATED']);
      expect(await ask(nobody(), '/admin/open')).toEqual(PASSED);
      const revoked = await login(['admin']);
      await app.app.get(SessionRegistry).revoke(revoked.handle);
      expect(await ask(revoked, '/admin')).toEqual([401, 'SESSION_ENDED']);
    });

    it('in @UseGuards without @Roles lets only logged-in users pass', async () => {
      expect(await ask(nobody(), '/bare/roles')).toEqual([401, 'UNAUTHENTICATED']);
      expect(await ask(await login(), '/bare/roles')).toEqual(PASSED);
    });

    it('reads what Reflector reads', () => {
      const roles: readonly string[] = new Reflector().get(Roles, AdminController.prototype.texts);
      expect(roles).toEqual(['editor', 'author']);
    });

    it.each([[[]], [''], [['admin', '']], [undefined]])('@Roles(%j) is refused at once', (roles) => {
      expect(() => {
        class Wrong {}
        Roles(roles)(Wrong);
      }).toThrow(
        /@Roles\(\) needs a role or a list of roles.*@Roles\(\['admin', 'editor'\]\); it got.*@Public/,
      );
    });
  });

  describe('FreshLoginGuard', () => {
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

  describe('as APP_GUARD', () => {
    it('demands a login everywhere, except where a class or handler is @Public()', async () => {
      expect(await ask(nobody(guarded), '/closed')).toEqual([401, 'UNAUTHENTICATED']);
      expect(await ask(nobody(guarded), '/free')).toEqual(PASSED);
      expect(await ask(await login([], {}, guarded), '/closed')).toEqual(PASSED);
    });

    it('demands of each route only what its decorators say', async () => {
      const old = await login([], { authenticatedAt: clock.now() - minutes(6) }, guarded);
      expect(await ask(old, '/closed')).toEqual(PASSED);
      expect(await ask(old, '/free')).toEqual(PASSED);
      const remembered = await login([], {}, guarded);
      await setFresh(remembered, { idle: minutes(30), absolute: hours(8) });
      clock.advance(minutes(30));
      expect(await ask(remembered, '/closed')).toEqual(PASSED);
      expect(await ask(remembered, '/recent')).toEqual([401, 'FRESH_LOGIN_REQUIRED']);
    });

    it('RolesGuard and FreshLoginGuard alone let everybody use routes without a demand', async () => {
      const alone = await start([ClosedController], [appGuard(RolesGuard), appGuard(FreshLoginGuard)]);
      expect(await ask(nobody(alone), '/closed')).toEqual(PASSED);
      await alone.close();
    });

    it('@Roles and @FreshLogin on a handler beat @Public() on its class', async () => {
      const old = await login(['admin'], { authenticatedAt: clock.now() - minutes(6) }, guarded);
      expect(await ask(nobody(guarded), '/admins')).toEqual([401, 'UNAUTHENTICATED']);
      expect(await ask(old, '/admins')).toEqual(PASSED);
      expect(await ask(old, '/recent')).toEqual([401, 'FRESH_LOGIN_REQUIRED']);
      expect(await ask(await login([], {}, guarded), '/admins')).toEqual([403, 'INSUFFICIENT_ROLE']);
      expect(await ask(await login([], {}, guarded), '/recent')).toEqual(PASSED);
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
