import { afterEach } from '@jest/globals';
import {
  type Clock,
  LoginAttemptLimiter,
  type LoginAttemptsOptions,
  type SessionEvent,
  SessionEvents,
  type SessionModuleOptions,
} from 'nestjs-redis-session';
import { AttemptsController, Passwords, PinsController } from './attempts.controller.js';
import type { Answer } from './browser.js';
import type { TestRedis } from './redis.js';
import { type AdapterName, startApp } from './test-app.js';

/** A client that keeps cookies and says where it comes from. */
export class Client {
  readonly cookies = new Map<string, string>();

  constructor(
    private readonly origin: string,
    /** What the proxy before the application says of it. */
    private readonly address = '198.51.100.1',
  ) {}

  async post(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(this.origin + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-forwarded-for': this.address,
        cookie: [...this.cookies].map((pair) => pair.join('=')).join('; '),
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const lines = response.headers.getSetCookie();
    for (const line of lines) {
      const [name = '', value = ''] = line.split(';', 1)[0]!.split('=');
      if (/max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text.startsWith('{') ? JSON.parse(text) : undefined,
      setCookie: lines.find((line) => line.startsWith('device=')),
    };
  }

  /** Tries a password. */
  login(account: unknown, password?: string): Promise<Answer> {
    return this.post('/login', { account, password });
  }
}

export interface AttemptsApp {
  limiter: LoginAttemptLimiter;
  passwords: Passwords;
  events: SessionEvent[];
  origin: string;
  from(address?: string): Client;
}

/** Applications behind a proxy that they trust, without the wait for failed logins unless a test asks for it. */
export function useAttemptsApps(redis: TestRedis, adapter: AdapterName) {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((close) => close()));
    await redis.client.flushdb();
  });
  return async (
    loginAttempts: LoginAttemptsOptions = {},
    {
      trustProxy = true,
      clock,
      ...session
    }: Partial<SessionModuleOptions> & { trustProxy?: boolean; clock?: Clock } = {},
  ): Promise<AttemptsApp> => {
    const { app, origin, close } = await startApp(redis.url, {
      adapter,
      trustProxy,
      clock,
      session: { loginAttempts: { minimumTime: 0, ...loginAttempts }, ...session },
      module: { controllers: [AttemptsController, PinsController], providers: [Passwords] },
    });
    closing.push(close);
    const events: SessionEvent[] = [];
    app.get(SessionEvents).all$.subscribe((event) => events.push(event));
    return {
      limiter: app.get(LoginAttemptLimiter),
      passwords: app.get(Passwords),
      events,
      origin,
      from: (address) => new Client(origin, address),
    };
  };
}
