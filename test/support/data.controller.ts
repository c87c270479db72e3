import { EventEmitter } from 'node:events';
import { Controller, Get, Post, Query, Req } from '@nestjs/common';
import { type AnyRequest, rawRequest } from 'nestjs-redis-session';

type Fields = Record<string, unknown>;
type Saveable = Fields & { save(done: (error?: unknown) => void): void };
type Put = (session: Fields, request: { session?: unknown }) => unknown;

/** So many arrays in each other. */
export function nested(levels: number, innermost: unknown = 1): unknown {
  let value = innermost;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

function nestedObjects(levels: number): unknown {
  let value: unknown = {};
  for (let level = 0; level < levels; level++) value = { a: value };
  return value;
}

const circle: Fields = {};
circle.self = circle;

/** Replaces what stands on the session, also where assigning would throw. */
const set =
  (name: string, value: unknown): Put =>
  (session) =>
    void Object.defineProperty(session, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });

/** Emits `entered`, with the function that lets the handler go on. */
export const handlers = new EventEmitter();

/** What a handler may put on the session, by the name in the URL. */
export const PUTS = {
  'arrays, 100,000 levels': (session) => (session.deep = nested(100_000)),
  'objects, 100,000 levels': (session) => (session.deep = nestedObjects(100_000)),
  '600 levels': (session) => (session.deep = nested(600)),
  '500 levels': (session) => (session.deep = nested(500)),
  'a circle': (session) => (session.circle = circle),
  'a BigInt': (session) => (session.big = { inside: 1n }),
  'a getter that throws': (session) =>
    (session.lazy = {
      get name(): string {
        throw new Error('no name yet');
      },
    }),
  '__proto__ of parsed JSON': (session) => (session.prefs = JSON.parse('{"__proto__":{"admin":true}}')),
  'constructor.prototype of parsed JSON': (session) =>
    (session.prefs = JSON.parse('{"constructor":{"prototype":{"admin":true}}}')),
  $session: set('$session', { auth: { userId: 'admin' } }),
  cookie: set('cookie', { maxAge: 1_000 }),
  'cookie null': set('cookie', null),
  save: set('save', 'yes'),
  touch: set('touch', 1),
  reload: set('reload', true),
  regenerate: set('regenerate', () => undefined),
  destroy: set('destroy', {}),
  resetMaxAge: set('resetMaxAge', 1),
  constructor: set('constructor', 'Ferrari'),
  toString: set('toString', 'text'),
  toJSON: set('toJSON', () => 'nothing of it'),
  '__proto__ of the session': (session) => Object.setPrototypeOf(session, { admin: true }),
  id: (session) => (session.id = 'mine'),
  req: (session) => (session.req = {}),
  'cookie.maxAge NaN': (session) => ((session.cookie as Fields).maxAge = Number.NaN),
  'cookie.maxAge Infinity': (session) => ((session.cookie as Fields).maxAge = Number.POSITIVE_INFINITY),
  'cookie.sameSite unknown': (session) => ((session.cookie as Fields).sameSite = 'bogus'),
  'cookie.path with a line break': (session) => ((session.cookie as Fields).path = '/\r\nx: y'),
  'cookie.path with a sign that none may have': (session) => ((session.cookie as Fields).path = '/<a>'),
  'cookie.domain with a space': (session) => ((session.cookie as Fields).domain = 'a b'),
  'cookie.domain a number': (session) => ((session.cookie as Fields).domain = 7),
  'cookie.path a circle': (session) => ((session.cookie as Fields).path = circle),
  'cookie.path a circle, and other data': (session) => {
    (session.cookie as Fields).path = circle;
    session.more = 1;
  },
  'cookie.expires text': (session) => ((session.cookie as Fields).expires = 'tomorrow'),
  'a number in place of the session': (_, request) => (request.session = 5),
  'an object in place of the session': (_, request) => (request.session = { user: 'me' }),
  'null in place of the session': (_, request) => (request.session = null),
  'all that JSON changes': (session) =>
    Object.assign(session, {
      function: () => 1,
      symbol: Symbol('s'),
      undefined,
      date: new Date(0),
      map: new Map([[1, 2]]),
      set: new Set([1]),
      nan: Number.NaN,
      infinity: Number.POSITIVE_INFINITY,
      minusZero: -0,
      buffer: Buffer.from('hi'),
      regexp: /x/,
      toJson: { toJSON: () => 'as it says' },
      list: [undefined, () => 1],
      sparse: Array(2),
      boxed: Object('text'),
      proxy: new Proxy({ a: 1 }, {}),
      prototypeLess: Object.assign(Object.create(null) as Fields, { a: 1 }),
    }),
  'waits for the test': async (session) => {
    session.waited = true;
    await new Promise<void>((resolve) => handlers.emit('entered', resolve));
  },
  'lone surrogates': (session) => Object.assign(session, { text: '\uD800 \uDC00', '\uD800': 1 }),
  'null bytes': (session) => Object.assign(session, { text: 'a\0b', 'c\0d': 1 }),
  'names that only look taken': (session) =>
    Object.assign(session, {
      text: '{"__proto__":1,"constructor":{"prototype":1}}',
      car: { constructor: 'Ferrari' },
    }),
  '40,000 bytes, then 40,001': async (session) => {
    session.cart = 'x'.repeat(40_000);
    await new Promise((resolve) => (session as Saveable).save(resolve));
    session.cart = 'x'.repeat(40_001);
  },
  '70,000 bytes': (session) => Object.assign(session, { cart: 'x'.repeat(70_000), other: 'y'.repeat(100) }),
  '22,000 characters of three bytes': (session) => (session.cart = '€'.repeat(22_000)),
} satisfies Record<string, Put>;

/** Puts values on the session and shows what is on it. */
@Controller()
export class DataController {
  @Get('data')
  read(@Req() request: AnyRequest): unknown {
    const { cookie: _cookie, ...data } = { ...(rawRequest(request).session as object as Fields) };
    return data;
  }

  @Post('count')
  count(@Req() request: AnyRequest): unknown {
    const session = rawRequest(request).session as object as Fields;
    session.visits = typeof session.visits === 'number' ? session.visits + 1 : 1;
    return { visits: session.visits };
  }

  @Post('field')
  field(@Req() request: AnyRequest, @Query('name') name: string): unknown {
    (rawRequest(request).session as object as Fields)[name] = 1;
    return { done: true };
  }

  @Post('put')
  async put(@Req() request: AnyRequest, @Query('what') what: keyof typeof PUTS): Promise<unknown> {
    const raw = rawRequest(request);
    await PUTS[what](raw.session as object as Fields, raw);
    return { done: true };
  }
}
