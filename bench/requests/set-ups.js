// How an application under test gets its sessions: as the documentation of each package shows it, with the options that it recommends.
//
// A set-up gives modules to import, what is done with the application before it listens, and the actions of its routes:
//   read(request, response)           answers with a field of the session
//   write(request, response)          adds one to it
//   begin(request, response, data)    starts a session
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import { betterAuth } from 'better-auth';
import { fromNodeHeaders } from 'better-auth/node';
import { RedisStore } from 'connect-redis';
import expressSession from 'express-session';
import { Redis } from 'ioredis';
import { getIronSession } from 'iron-session';
import { LoginService, SessionModule, SessionRegistry } from 'nestjs-redis-session';
import { SessionModule as NestjsSessionModule } from 'nestjs-session';
import { createClient } from 'redis';

const SECRET = 'a-secret-of-the-benchmark-0123456789-abcdef';
const LIFETIME = 30 * 60_000;
const MOST_USERS = 1_000;

/** Sessions on `request.session`. */
const onRequest = {
  read: ({ session }) => ({ count: session.count ?? 0 }),
  write({ session }) {
    session.count++;
    return { count: session.count };
  },
  begin({ session }, _response, data) {
    Object.assign(session, data);
    return {};
  },
};

const constant = { read: () => ({ count: 0 }), write: () => ({ count: 1 }), begin: () => ({}) };

async function nodeRedisStore(url) {
  const client = createClient({ url });
  client.on('error', () => undefined);
  await client.connect();
  return new RedisStore({ client });
}

const expressOptions = (store) => ({
  store,
  secret: SECRET,
  resave: false,
  saveUninitialized: false,
  cookie: { secure: false, httpOnly: true, maxAge: LIFETIME },
});

async function guide(store) {
  const options = expressOptions(await store);
  return { before: (app) => app.use(expressSession(options)), actions: onRequest };
}

async function nestjsSession(url) {
  const session = expressOptions(await nodeRedisStore(url));
  return { imports: [NestjsSessionModule.forRoot({ session })], actions: onRequest };
}

/** Does not prolong a session that is only read (`rolling: false`): to do so, it would write it whole at every request. */
function fastify(url) {
  const store = new RedisStore({ client: new Redis(url) });
  return {
    async before(app) {
      await app.register(fastifyCookie);
      await app.register(fastifySession, {
        store,
        secret: SECRET,
        rolling: false,
        saveUninitialized: false,
        cookie: { secure: false, httpOnly: true, maxAge: LIFETIME },
      });
    },
    actions: onRequest,
  };
}

function ironSession() {
  const options = { password: SECRET, cookieName: 'sid', cookieOptions: { secure: false } };
  const open = (request, response) => getIronSession(request, response, options);
  return {
    actions: {
      async read(request, response) {
        const session = await open(request, response);
        return { count: session.count ?? 0 };
      },
      async write(request, response) {
        const session = await open(request, response);
        session.count++;
        await session.save();
        return { count: session.count };
      },
      async begin(request, response, data) {
        const session = await open(request, response);
        Object.assign(session, data);
        await session.save();
        return {};
      },
    },
  };
}

/** Users in memory, sessions in Redis. */
function betterAuthSession(url) {
  const client = new Redis(url);
  const auth = betterAuth({
    secret: SECRET,
    baseURL: 'http://127.0.0.1',
    telemetry: { enabled: false },
    logger: { disabled: true },
    // How long passwords take to hash is not what is measured.
    emailAndPassword: {
      enabled: true,
      password: { hash: async (text) => text, verify: async ({ hash, password }) => hash === password },
    },
    secondaryStorage: {
      get: (key) => client.get(key),
      set: (key, value, ttl) => (ttl ? client.set(key, value, 'EX', ttl) : client.set(key, value)),
      delete: (key) => client.del(key),
    },
  });
  // Users of earlier rounds log in again: its memory of users is searched from the beginning, so many of them are slow.
  let begun = 0;
  return {
    actions: {
      async read(request) {
        const found = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) });
        return { count: found === null ? 0 : found.user.name.length };
      },
      async begin(_request, response) {
        const number = begun++;
        const body = { email: `user-${number % MOST_USERS}@example.com`, password: 'a password' };
        const { headers } =
          number < MOST_USERS
            ? await auth.api.signUpEmail({ body: { ...body, name: 'A person' }, returnHeaders: true })
            : await auth.api.signInEmail({ body, returnHeaders: true });
        response.setHeader('Set-Cookie', headers.getSetCookie());
        return {};
      },
    },
  };
}

/** `get` gives a provider of the application. */
function ours(url, { nearCache, maxBytes } = {}) {
  const options = {
    secret: SECRET,
    redis: url,
    cookie: { secure: false },
    session: { idleTimeout: LIFETIME, ...(maxBytes !== undefined && { maxBytes }) },
    doctor: false,
    loginAttempts: false,
    ...(nearCache !== undefined && { nearCache }),
  };
  return {
    imports: [SessionModule.forRoot(options)],
    actions: {
      ...onRequest,
      async login(request, _response, { userId }, get) {
        await get(LoginService).login(request, { account: userId, verify: () => ({ userId }) });
        return {};
      },
      async list(_request, _response, { userId }, get) {
        const listed = await get(SessionRegistry).list(userId);
        return { count: listed.length };
      },
    },
  };
}

export const SET_UPS = {
  bare: () => ({ actions: constant }),
  nodeRedis: (url) => guide(nodeRedisStore(url)),
  ioredis: (url) => guide(new RedisStore({ client: new Redis(url) })),
  nestjsSession,
  ironSession,
  betterAuth: betterAuthSession,
  fastifySession: fastify,
  ours,
  oursNear: (url, more) => ours(url, { ...more, nearCache: {} }),
};

/** Whether a start failed because this library has no near cache (yet). */
export const lacksNearCache = (error) => error?.code === 'INVALID_OPTION' && /nearCache/.test(error.message);
