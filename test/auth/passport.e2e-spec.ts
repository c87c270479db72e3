import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Post,
  Req,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { CurrentSession, rawRequest, type SessionRequest } from 'nestjs-redis-session';
import passport from 'passport';
import { Strategy } from 'passport-local';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

type PassportRequest = SessionRequest & {
  body?: unknown;
  user?: { name: string };
  logIn(user: object, done: (error: unknown) => void): void;
  logout(done: (error: unknown) => void): void;
};

const authenticator = new passport.Passport();
authenticator.use(
  new Strategy((username, password, done) => done(null, password === 'right' ? { name: username } : false)),
);
authenticator.serializeUser((user, done) => done(null, (user as { name: string }).name));
authenticator.deserializeUser((name: string, done) => done(null, { name }));

/** passport-local on Node's own request, which both adapters have. */
@Injectable()
class LocalGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<{ body: unknown }>();
    const raw = rawRequest(request) as PassportRequest;
    raw.body = request.body;
    const user = await new Promise<object | false>((resolve, reject) => {
      const check = authenticator.authenticate('local', (error: unknown, found: object | false) =>
        error ? reject(error) : resolve(found),
      ) as (...args: unknown[]) => void;
      check(raw, undefined, reject);
    });
    if (!user) throw new UnauthorizedException();
    await new Promise<void>((resolve, reject) =>
      raw.logIn(user, (error) => (error ? reject(error) : resolve())),
    );
    return true;
  }
}

@Controller()
class PassportController {
  @UseGuards(LocalGuard)
  @Post('login')
  login() {
    return { ok: true };
  }

  @Get('me')
  me(@Req() request: object, @CurrentSession() session: object) {
    return { user: (rawRequest(request) as PassportRequest).user ?? null, fields: Object.keys(session) };
  }

  @Post('logout')
  async logout(@Req() request: object) {
    await new Promise<void>((resolve, reject) =>
      (rawRequest(request) as PassportRequest).logout((error) => (error ? reject(error) : resolve())),
    );
    return { ok: true };
  }
}

describe.each(ADAPTERS)(
  'passport 0.7 with passport-local and app.use(passport.session()), on %s',
  (adapter) => {
    const redis = useRedis();
    let app: TestApp;
    beforeAll(async () => {
      app = await startApp(redis.url, {
        adapter,
        module: { controllers: [PassportController] },
        main: (nest) => {
          nest.setGlobalPrefix('api');
          nest.use(authenticator.session());
        },
      });
    });
    afterAll(() => app.close());

    it('logs in with a new id, knows the user, logs out', async () => {
      const browser = new Browser(app.origin);
      expect((await browser.post('/api/login', { username: 'alice', password: 'wrong' })).status).toBe(401);
      expect((await browser.post('/api/login', { username: 'alice', password: 'right' })).status).toBe(201);
      const { cookie, handle } = browser;
      expect((await browser.get('/api/me')).json).toEqual({
        user: { name: 'alice' },
        fields: ['cookie', 'passport'],
      });
      await browser.post('/api/login', { username: 'bob', password: 'right' });
      expect(browser.handle).not.toBe(handle);
      expect((await browser.get('/api/me', { cookie: cookie! })).json.user).toBeNull();
      await browser.post('/api/logout');
      expect((await browser.get('/api/me')).json.user).toBeNull();
    });

    it('paths outside the global prefix work too', async () => {
      expect((await new Browser(app.origin).get('/nowhere')).status).toBe(404);
    });
  },
);
