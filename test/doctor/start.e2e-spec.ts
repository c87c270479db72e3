import { afterEach, describe, expect, it } from '@jest/globals';
import type { INestApplication, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { SessionDoctor, SessionModule, type SessionModuleOptions } from 'nestjs-redis-session';
import { withoutRedis } from 'nestjs-redis-session/testing';
import { AnswersController } from '../support/answers.controller.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, SECRET } from '../support/test-app.js';

const redis = useRedis();

/** Keeps what SessionModule logs, as `level message`. */
class Kept implements LoggerService {
  readonly lines: string[] = [];
  private readonly waiting: (() => void)[] = [];
  log = (): void => undefined;
  debug = (message: string, context: string): void => this.keep('debug', message, context);
  warn = (message: string, context: string): void => this.keep('warn', message, context);
  error = (message: string, ...rest: string[]): void => this.keep('error', message, rest.at(-1));

  /** Resolves when a line with these words was logged. */
  async line(words: string): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => line.includes(words));
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  private keep(level: string, message: string, context: string | undefined): void {
    if (context !== 'SessionModule') return;
    this.lines.push(`${level} ${message}`);
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

const apps: INestApplication[] = [];
const environment = process.env['NODE_ENV'];
afterEach(async () => {
  process.env['NODE_ENV'] = environment;
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

interface Start {
  options?: Partial<SessionModuleOptions>;
  env?: string;
  adapter?: ExpressAdapter | FastifyAdapter;
  main?: (app: INestApplication) => void;
}

async function start({ options, env = 'development', adapter, main }: Start = {}) {
  process.env['NODE_ENV'] = env;
  const logger = new Kept();
  const root = {
    module: class Root {},
    imports: [SessionModule.forRoot({ secret: SECRET, redis: redis.url, ...options })],
    controllers: [AnswersController],
  };
  const app = await NestFactory.create(root, adapter ?? new ExpressAdapter(), {
    logger,
    abortOnError: false,
    forceCloseConnections: true,
  });
  apps.push(app);
  main?.(app);
  await app.listen(0, '127.0.0.1');
  return { app, logger, doctor: app.get(SessionDoctor), origin: await app.getUrl() };
}

const codesOf = async (doctor: SessionDoctor) => (await doctor.examine()).map(({ code }) => code);

describe('the doctor at the start', () => {
  it('logs each finding in one line of its level, with remedy, requirement and page', async () => {
    const options = { cookie: { secure: false, httpOnly: false } };
    const { logger } = await start({ env: 'production', options });
    expect(await logger.line('COOKIE_NOT_SECURE')).toBe(
      'error COOKIE_NOT_SECURE: cookie.secure is false in production, so browsers send "sid" over plain http, where anybody on the way can take it. ' +
        'Leave out cookie.secure, or set it to true. (ASVS 3.3.1, docs/doctor.md#cookie_not_secure)',
    );
    expect(await logger.line('REDIS_NO_REPLICA')).toMatch(
      /^warn REDIS_NO_REPLICA: .+ \(docs\/doctor\.md#redis_no_replica\)$/,
    );
    const codes = logger.lines.map((line) => /^\w+ ([A-Z_]+):/.exec(line)?.[1]).filter(Boolean);
    expect(codes).toEqual([
      'COOKIE_NOT_SECURE',
      'COOKIE_NOT_HTTP_ONLY',
      'REDIS_NO_PERSISTENCE',
      'REDIS_NO_REPLICA',
    ]);
  });

  it('has nothing to say on a developer machine', async () => {
    const { logger, doctor } = await start();
    expect(await doctor.examine()).toEqual([]);
    expect(logger.lines).toEqual([expect.stringMatching(/^warn The cookie "sid" is sent without TLS too/)]);
  });

  it('keeps quiet about codes in doctor.ignore', async () => {
    const { doctor } = await start({
      env: 'production',
      options: { doctor: { ignore: ['REDIS_NO_REPLICA', 'REDIS_NO_PERSISTENCE'] } },
    });
    expect(await doctor.examine()).toEqual([]);
  });

  it('does not run with doctor: false, and still examines on request', async () => {
    const { logger, doctor } = await start({ env: 'production', options: { doctor: false } });
    expect(await codesOf(doctor)).toEqual(['REDIS_NO_PERSISTENCE', 'REDIS_NO_REPLICA']);
    expect(logger.lines).toEqual([]);
  });

  it('with doctor.strict an error ends the start, and the error lists it', async () => {
    const options: Partial<SessionModuleOptions> = { cookie: { secure: false }, doctor: { strict: true } };
    await expect(start({ env: 'production', options })).rejects.toMatchObject({
      name: 'DoctorError',
      code: 'DOCTOR_FINDINGS',
      message: expect.stringMatching(
        /a finding.*\nCOOKIE_NOT_SECURE: .*docs\/doctor\.md#cookie_not_secure\)$/,
      ),
      findings: [expect.objectContaining({ code: 'COOKIE_NOT_SECURE', severity: 'error' })],
    });
  });

  it('with doctor.strict warnings, and what is ignored, do not end the start', async () => {
    const { logger } = await start({
      env: 'production',
      options: { cookie: { secure: false }, doctor: { strict: true, ignore: ['COOKIE_NOT_SECURE'] } },
    });
    expect(logger.lines.map((line) => line.split(':', 1)[0])).toContain('warn REDIS_NO_REPLICA');
  });

  it('without Redis leaves one line for debugging, and does not hold up the start', async () => {
    const { logger, doctor } = await start({
      env: 'production',
      options: { redis: { url: 'redis://127.0.0.1:1', startWithout: true, maxWait: 50 } },
    });
    expect(await doctor.examine()).toEqual([]);
    expect(await logger.line('could not look at Redis')).toMatch(/^debug /);
  });

  it('says nothing about Redis in a test without one', async () => {
    process.env['NODE_ENV'] = 'production';
    const builder = Test.createTestingModule({
      imports: [SessionModule.forRoot({ secret: SECRET, redis: 'redis://not-used' })],
    });
    const logger = new Kept();
    const app = (await withoutRedis(builder).compile()).createNestApplication({ logger });
    apps.push(await app.init());
    expect(await app.get(SessionDoctor).examine()).toEqual([]);
    expect(logger.lines).toEqual([]);
  });

  it('runs in an application without HTTP', async () => {
    process.env['NODE_ENV'] = 'production';
    const app = await NestFactory.createApplicationContext(
      {
        module: class Root {},
        imports: [SessionModule.forRoot({ secret: SECRET, redis: redis.url })],
      },
      { logger: false },
    );
    expect(await codesOf(app.get(SessionDoctor))).toEqual(['REDIS_NO_PERSISTENCE', 'REDIS_NO_REPLICA']);
    await app.close();
  });
});

type Trust = boolean | string;

describe.each(ADAPTERS)('the doctor behind a proxy, on %s', (name) => {
  const adapterWith = (trust: Trust) =>
    name === 'express' ? new ExpressAdapter() : new FastifyAdapter({ trustProxy: trust });
  const main = (trust: Trust) => (app: INestApplication) => {
    if (name === 'express') (app as NestExpressApplication).set('trust proxy', trust);
  };
  const begin = (trust: Trust) => start({ adapter: adapterWith(trust), main: main(trust) });
  const forwarded = { headers: { 'x-forwarded-for': '198.51.100.1' } };

  it('tells once that a request came through one that is not trusted, and then listens no more', async () => {
    const { app, logger, doctor, origin } = await begin(false);
    const listeners = () => app.getHttpServer().listenerCount('request') as number;
    await fetch(`${origin}/read`);
    expect(await codesOf(doctor)).toEqual([]);
    const watching = listeners();
    await fetch(`${origin}/read`, forwarded);
    await fetch(`${origin}/read`, forwarded);
    expect(logger.lines.filter((line) => line.includes('PROXY_NOT_TRUSTED'))).toHaveLength(1);
    expect(await codesOf(doctor)).toEqual(['PROXY_NOT_TRUSTED']);
    expect(listeners()).toBe(watching - 1);
  });

  it('listens no more after the first requests', async () => {
    const { app } = await begin(false);
    const server = app.getHttpServer() as import('node:http').Server;
    const [watch] = server.listeners('request').slice(-1);
    for (let count = 0; count < 999; count++) watch!({ headers: {} });
    expect(server.listeners('request')).toContain(watch);
    watch!({ headers: {} });
    expect(server.listeners('request')).not.toContain(watch);
  });

  it('has nothing to say about one that is trusted', async () => {
    const { doctor, origin } = await begin('127.0.0.0/8');
    await fetch(`${origin}/read`, forwarded);
    expect(await codesOf(doctor)).toEqual([]);
  });

  it('tells that trusting everybody lets clients choose their address', async () => {
    expect(await codesOf((await begin(true)).doctor)).toEqual(['TRUST_PROXY_ALL']);
  });
});

it('the doctor knows that Fastify believes nobody when it is given a number of proxies', async () => {
  const trustProxy = 1 as unknown as boolean;
  const { doctor, origin } = await start({ adapter: new FastifyAdapter({ trustProxy }) });
  await fetch(`${origin}/read`, { headers: { 'x-forwarded-for': '198.51.100.1' } });
  expect(await codesOf(doctor)).toEqual(['PROXY_NOT_TRUSTED']);
});
