import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { Logger } from '@nestjs/common';
import { metrics } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { LoginAttemptLimiter, RedisSessionStore, SessionEvents } from 'nestjs-redis-session';
import { SessionTelemetryModule } from 'nestjs-redis-session/telemetry';
import { useRedis } from '../support/redis.js';
import { type TelemetryApp, useTelemetryApps } from '../support/telemetry.js';
import { startApp } from '../support/test-app.js';

const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
const start = useTelemetryApps(redis, 'express');
afterEach(() => {
  jest.restoreAllMocks();
  metrics.disable();
});

const probeOf = ({ app }: TelemetryApp) => app.app.get(SessionEvents).measuring.probe;

describe('SessionTelemetryModule', () => {
  it('is needed for anything to be measured', async () => {
    const off = await start({ isOn: false });
    expect(probeOf(off)).toBeUndefined();
    await off.visit().post('/set?key=first&value=1');
    expect(await off.metrics()).toEqual([]);
    expect(probeOf(await start())).toBeDefined();
  });

  it('ends what it does with the application', async () => {
    const app = await start();
    const { measuring } = app.app.app.get(SessionEvents);
    await app.app.close();
    expect(measuring.probe).toBeUndefined();
  });

  it('takes the global MeterProvider unless one is given, and says if there is none', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const words = () => warn.mock.calls.flat().filter((text) => String(text).includes('MeterProvider'));
    const launch = () => startApp(redis.url, { module: { imports: [SessionTelemetryModule.forRoot()] } });
    const without = await launch();
    await without.close();
    expect(words()).toEqual([expect.stringContaining('No MeterProvider is registered')]);
    warn.mockClear();

    const provider = new MeterProvider();
    const getMeter = jest.spyOn(provider, 'getMeter');
    metrics.setGlobalMeterProvider(provider);
    const withGlobal = await launch();
    await withGlobal.close();
    expect(getMeter).toHaveBeenCalledWith('nestjs-redis-session');
    expect(words()).toEqual([]);
    await provider.shutdown();
  });

  it('can be set up by a factory', async () => {
    const provider = new MeterProvider();
    const getMeter = jest.spyOn(provider, 'getMeter');
    const { close } = await startApp(redis.url, {
      module: {
        imports: [
          SessionTelemetryModule.forRootAsync({
            useFactory: () => ({ meterProvider: provider, spans: false }),
          }),
        ],
      },
    });
    await close();
    expect(getMeter).toHaveBeenCalled();
    await provider.shutdown();
  });

  it.each([
    [{ span: false }, /telemetry\.span does not exist/],
    [{ spans: 'no' }, /telemetry\.spans must be true or false/],
    [{ meterProvider: {} }, /telemetry\.meterProvider must have a method getMeter.*got \{\}.*Leave it out/s],
    [{ tracerProvider: 1 }, /telemetry\.tracerProvider must have a method getTracer/],
  ])('refuses the options %j', async (telemetry, message) => {
    await expect(start({ telemetry: telemetry as never })).rejects.toThrow(message);
  });

  it('twice in one application is an error', async () => {
    const second = SessionTelemetryModule.forRoot({ spans: false });
    await expect(
      startApp(redis.url, { module: { imports: [SessionTelemetryModule.forRoot(), second] } }),
    ).rejects.toMatchObject({ code: 'ALREADY_REGISTERED' });
  });

  it('what an operation gives and throws stays as it is', async () => {
    const app = await start({ session: { loginAttempts: { minimumTime: 0 } } });
    const limiter = app.app.app.get(LoginAttemptLimiter);
    const verdict = await limiter.reserve({ account: 'a', address: '192.0.2.1' });
    expect(verdict.allowed).toBe(true);
    expect(await limiter.succeed(verdict)).toBe(0);
    const store = app.app.app.get(RedisSessionStore);
    expect(await store.keeper.open('none')).toBeUndefined();
    const failure = new Error('as it was');
    const measuring = app.app.app.get(SessionEvents).measuring.probe;
    await expect(measuring?.measure('load', () => Promise.reject(failure))).rejects.toBe(failure);
  });
});

describe('docs/telemetry.md', () => {
  const KINDS: Record<string, string> = {
    COUNTER: 'counter',
    HISTOGRAM: 'histogram',
    OBSERVABLE_COUNTER: 'observable counter',
    OBSERVABLE_UP_DOWN_COUNTER: 'observable up-down counter',
    OBSERVABLE_GAUGE: 'observable gauge',
  };
  /** The first cells of the rows whose first one is a name in code. */
  async function rows(pattern: RegExp): Promise<string[][]> {
    const page = await readFile(new URL('../../docs/telemetry.md', import.meta.url), 'utf8');
    const lines = page.split('\n').filter((line) => pattern.test(line));
    return lines.map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
  }

  it('has every metric with its kind and unit, and no other', async () => {
    const made: string[][] = [];
    const provider = new MeterProvider();
    const meter = provider.getMeter('any');
    const listening = new Proxy(meter, {
      get(target, property: keyof typeof meter) {
        const method = target[property] as (...args: unknown[]) => unknown;
        if (!property.startsWith('create')) return method.bind(target);
        return (name: string, options: { unit: string }) => {
          const kind = property
            .slice('create'.length)
            .replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_')
            .toUpperCase();
          made.push([name, KINDS[kind] ?? kind, options.unit]);
          return method.call(target, name, options);
        };
      },
    });
    await start({
      session: { nearCache: {} },
      telemetry: { meterProvider: { getMeter: () => listening } },
    });
    const documented = (await rows(/^\| `redis_session\./))
      // The table of attributes has two columns.
      .filter((cells) => cells.length > 2)
      .map((cells) => cells.slice(0, 3));
    const sorted = (list: string[][]) => list.map(String).toSorted();
    expect(sorted(documented)).toEqual(sorted(made));
    expect(made.length).toBeGreaterThan(10);
    // Lower case, words joined by _, areas by a dot, and no unit in the name.
    for (const [name] of made) expect(name).toMatch(/^redis_session(\.[a-z]+(_[a-z]+)*)+$/);
    await provider.shutdown();
  });

  it('has every span', async () => {
    const { OPERATION_NAMES } = await import('../../libs/session/src/telemetry/operation.names.js');
    const { challenge: _isOnlyCounted, ...spans } = OPERATION_NAMES;
    const documented = (await rows(/^\| `(session|login_attempt)\./)).map(([name]) => name);
    expect(new Set(documented)).toEqual(new Set(Object.values(spans)));
  });
});
