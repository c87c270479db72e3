import type { NestExpressApplication } from '@nestjs/platform-express';
import { dice } from './dice.js';

/** A route as Express has it. */
export interface Route {
  readonly method: string;
  /** With parameters, such as `/cart/:productId`. */
  readonly path: string;
}

/** What to send. */
export interface GeneratedRequest extends Route {
  readonly url: string;
  readonly contentType: string | undefined;
  readonly body: string | undefined;
}

type Roll = ReturnType<typeof dice>;

/** Fields that some route of the sample takes; their values are what matters here. */
const FIELDS = [
  ...[
    'username',
    'password',
    'rememberMe',
    'productId',
    'name',
    'price',
    'quantity',
    'newPassword',
    'repeat',
  ],
  ...[
    'currentPassword',
    'fullName',
    'email',
    'city',
    'about',
    'interests',
    'minutes',
    'account',
    'address',
    'step',
  ],
  ...[
    'to',
    'back',
    'days',
    'theme',
    'language',
    'preferences',
    'value',
    'bytes',
    'kilobytes',
    'handle',
    'repeated',
    'productId',
    'count',
    'history',
    'purpose',
    'term',
    'id',
    'key',
  ],
];

/** Values that others forget. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 1, 2, 99, 0.1, 1e308, -1e308, 9_007_199_254_740_992, 2 ** 31, 2 ** 63],
  ...[
    '',
    ' ',
    'x',
    '1',
    '-1',
    '1e400',
    'NaN',
    'null',
    'on',
    '\0',
    '\u0000null',
    '\ud800',
    '\udfff',
    '\u202e',
    '💥',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'alice',
    'admin',
    '../../etc/passwd',
    '%00',
    '%',
    '<script>alert(1)</script>',
  ],
  ...[
    "'; DROP TABLE users; --",
    '${7*7}',
    '{{7*7}}',
    'http://evil.example/',
    '//evil.example',
    'javascript:alert(1)',
  ],
  ...[
    'x'.repeat(2_000),
    'ａ'.repeat(300),
    'a@b.example',
    '127.0.0.1',
    '::1',
    '999.999.999.999',
    '2026-02-30',
  ],
  ...[
    [],
    [[]],
    [null],
    ['x', 'x'],
    Array.from({ length: 500 }, () => 0),
    {},
    { length: 3 },
    { toString: 'x' },
    { $ne: null },
  ],
  ...[{ constructor: { prototype: {} } }, { toJSON: 'x' }, { valueOf: null }],
];

const CONTENT_TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-7',
  'application/json; charset=utf-16',
  'application/x-www-form-urlencoded; charset=iso-8859-1',
  'application/xml',
  '',
  'rubbish',
];

/** All routes of an application, in the order in which they were declared. */
export function routesOf(app: NestExpressApplication): Route[] {
  const { router } = app.getHttpAdapter().getInstance() as {
    router: { stack: { route?: { path: string; methods: Record<string, boolean> } }[] };
  };
  return router.stack.flatMap(({ route }) =>
    route === undefined
      ? []
      : Object.keys(route.methods).map((method) => ({ method: method.toUpperCase(), path: route.path })),
  );
}

/** `count` requests, the same ones each time, spread over the routes. */
export function generateRequests(routes: readonly Route[], count: number): GeneratedRequest[] {
  const roll = dice(20_26);
  return Array.from({ length: count }, (_, number) => requestTo(routes[number % routes.length]!, roll));
}

function requestTo(route: Route, roll: Roll): GeneratedRequest {
  const path = route.path.replace(/:\w+/g, () => encode(textOf(roll)));
  const query = roll(3) === 0 ? `?${formOf(objectOf(roll))}` : '';
  const url = path + query;
  if (route.method === 'GET' || roll(20) === 0)
    return { ...route, url, contentType: undefined, body: undefined };
  // Most are of the two kinds that routes take: others are refused early.
  const contentType = CONTENT_TYPES[roll(3) === 0 ? roll(CONTENT_TYPES.length) : roll(2)]!;
  return { ...route, url, contentType, body: bodyOf(contentType, roll) };
}

function bodyOf(contentType: string, roll: Roll): string {
  const kind = roll(12);
  if (kind === 0) return JSON.stringify(VALUES[roll(VALUES.length)] ?? null);
  const object = objectOf(roll);
  const text = contentType.includes('urlencoded') ? formOf(object) : JSON.stringify(object);
  if (kind === 1) return text.slice(0, roll(text.length + 1));
  if (kind === 2) return '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}}}';
  if (kind === 3) return `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
  return text;
}

function objectOf(roll: Roll): Record<string, unknown> {
  return Object.fromEntries(
    Array.from({ length: roll(9) }, () => [FIELDS[roll(FIELDS.length)]!, VALUES[roll(VALUES.length)]]),
  );
}

function textOf(roll: Roll): string {
  const value = VALUES[roll(VALUES.length)];
  const text = typeof value === 'string' && value !== '' ? value : 'x';
  return text === '.' || text === '..' ? 'x' : text;
}

function formOf(object: Record<string, unknown>): string {
  return Object.entries(object)
    .flatMap(([name, value]) =>
      [value]
        .flat()
        .map(
          (each) => `${encode(name)}${Array.isArray(value) ? '[]' : ''}=${encode(String(printable(each)))}`,
        ),
    )
    .join('&');
}

const printable = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : value;

/** As in a URL; what cannot stand there as UTF-8 as bytes that are wrong. */
function encode(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return '%ED%A0%80';
  }
}
