import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import { type Identity, LoginService, RequestAttempts } from '../auth/index.js';
import { RequestSession, SessionCookies, type SessionRequest } from '../http/index.js';
import { authenticate, authOf } from '../session/index.js';
import { RedisSessionStore } from '../store/index.js';

/** How the login of {@link loginAs} happened. */
export interface LoginAsOptions {
  /**
   * Whether "remember me" was ticked; `false` gives the session of an unticked box.
   *
   * @default undefined: there was no such box
   */
  remembered?: boolean;
  /**
   * When the password was checked, in milliseconds since 1970: some time ago, to test what asks for a fresh login.
   *
   * @default now
   */
  authenticatedAt?: number;
}

/**
 * Logs somebody in without a login form, through the application's own `LoginService`, store and signature. Not limited.
 *
 * @param app an application with SessionModule, after `init()` or `listen()`
 * @returns the value of a `Cookie` header
 * @throws StoreUnavailableError or SessionStoreUnavailableException when Redis does not answer
 * @example
 * const cookie = await loginAs(app, { userId: '42', roles: ['admin'] });
 * await fetch(`${origin}/me`, { headers: { cookie } });
 */
export async function loginAs(
  app: INestApplicationContext,
  identity: Identity,
  { remembered, authenticatedAt }: LoginAsOptions = {},
): Promise<string> {
  const everywhere = { strict: false };
  const store = app.get(RedisSessionStore, everywhere);
  const cookies = app.get(SessionCookies, everywhere);
  const request: SessionRequest = new IncomingMessage(new Socket());
  const requestSession = new RequestSession(request, new ServerResponse(request), store, cookies);
  requestSession.renew();
  app.get(RequestAttempts, everywhere).exempt(request);
  await app
    .get(LoginService, everywhere)
    .login(request, { account: identity.userId, verify: () => identity, rememberMe: remembered });
  const { session } = request;
  const auth = authOf(session);
  if (session === undefined || auth === undefined)
    throw new TypeError('LoginService.login left no session behind.');
  if (authenticatedAt !== undefined) {
    authenticate(session, { auth: { ...auth, authenticatedAt } });
    await store.keeper.save(session, { force: true });
  }
  return cookies.write(session.id, session.cookie).split(';', 1).join('');
}
