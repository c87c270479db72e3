// What may stand under a session's key that no session store wrote: a name, and how to put it there.
const text = (name, value) => [name, (client, key) => client.set(key, value)];
const record = (name, fields) => text(name, JSON.stringify(fields));
const cookie = { originalMaxAge: 1_800_000, expires: '2999-01-01T00:00:00.000Z', httpOnly: true, path: '/' };

export const CORRUPT = [
  text('empty', ''),
  text('not JSON', 'hello'),
  text('half a record', '{"cookie":{"originalMaxAge":18'),
  text('null', 'null'),
  text('true', 'true'),
  text('a number', '42'),
  text('a string', '"text"'),
  text('an array', '[]'),
  text('null bytes', '\0\0\0\0'),
  text('invalid UTF-8', Buffer.from([0xff, 0xfe, 0x80])),
  text('an empty object', '{}'),
  record('cookie: null', { cookie: null }),
  record('cookie: a number', { cookie: 1 }),
  record('cookie: a wrong date', { cookie: { ...cookie, expires: 'never' } }),
  record('cookie: a date that is an object', { cookie: { ...cookie, expires: {} } }),
  record('cookie: a wrong maxAge', { cookie: { originalMaxAge: 'long' } }),
  record('a field named save', { cookie, save: 1 }),
  record('a field named touch', { cookie, touch: 1 }),
  text('a field named __proto__', `{"cookie":${JSON.stringify(cookie)},"__proto__":{"admin":true}}`),
  text(
    '100,000 levels deep',
    `{"cookie":${JSON.stringify(cookie)},"deep":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
  ),
  ['a list', (client, key) => client.rpush(key, 'a')],
  ['a hash', (client, key) => client.hset(key, 'a', '1')],
];
