import { describe, expect, it } from '@jest/globals';
import { days, hours, minutes, seconds } from 'nestjs-redis-session';
import { understand } from '../../libs/session/src/cli/command.line.js';
import { maskSecrets, shownId } from '../../libs/session/src/cli/masking.js';
import { harmless, harmlessJson } from '../../libs/session/src/cli/terminal.js';
import { bytes, lengthOf, row } from '../../libs/session/src/cli/wording.js';

describe('the command line of nestjs-redis-session', () => {
  const COMMANDS = [
    'doctor',
    ...['list', 'show', 'ttl', 'revoke', 'memory', 'monitor'].map((word) => `sessions ${word}`),
  ];

  it.each([[[]], [['sessions']]])('%j --help lists every command and what all have in common', (words) => {
    const request = understand([...words, '--help']);
    for (const word of [...COMMANDS, '--redis', '--prefix', '--json', 'Exit codes']) {
      expect(request).toMatchObject({ kind: 'help', text: expect.stringContaining(word) });
    }
  });

  it.each(COMMANDS)('%s --help has its usage and every option that it takes', (words) => {
    const request = understand([...words.split(' '), '--help']);
    expect(request).toMatchObject({
      kind: 'help',
      text: expect.stringContaining(`Usage: nestjs-redis-session ${words}`),
    });
    const handle = /show|ttl/.test(words) ? ['a-handle'] : [];
    const called = understand([...words.split(' '), ...handle]);
    const options = called.kind === 'command' ? called.command.options : ['no command'];
    for (const option of options) {
      expect(request).toMatchObject({ text: expect.stringContaining(`--${option} `) });
    }
  });

  it.each([
    '-bkytNDidU1IimVLPGlrYQ',
    '--ytNDidU1IimVLPGlrYQ-',
    '-'.repeat(22),
    '-JTbIh4x…',
    '-JTbIh4x...',
    '--TbIh4x…',
    '-JTbIh',
    `-bkytNDidU1IimVLPGlrYQ.${'-'.repeat(43)}`,
  ])('takes %s for a handle, and not for an option', (handle) => {
    const request = understand(['sessions', 'show', handle, '--json']);
    expect(request).toMatchObject({ kind: 'command', handle, values: { json: true } });
  });

  it('takes options before and after the words', () => {
    expect(understand(['--json', 'sessions', 'show', 'abcdef', '--prefix', 'app:'])).toMatchObject({
      kind: 'command',
      command: { words: 'sessions show' },
      values: { json: true, prefix: 'app:' },
      handle: 'abcdef',
    });
  });

  it.each([
    [[], /^Which command\? There is doctor, sessions list/],
    [['sesion', 'list'], /^There is no command "sesion"\. There is doctor/],
    [['sessions'], /^There is no command "sessions"\. There is doctor, sessions list/],
    [['sessions', 'lst'], /^There is no command "sessions lst"/],
    [['sessions', 'list', '--limt', '3'], /^Unknown option '--limt'\. See nestjs-redis-session --help\.$/],
    [
      ['sessions', 'list', '--production'],
      /^"sessions list" takes no --production\. See nestjs-redis-session sessions list --help\.$/,
    ],
    [['sessions', 'list', '-limit', '3'], /^Unknown option '-l'\./],
    [['sessions', 'list', '--user', ''], /^--user needs a value\./],
    [['sessions', 'list', '--user'], /^Option '--user <value>' argument missing\./],
    [
      ['sessions', 'show'],
      /^"sessions show" needs a HANDLE\. Usage: nestjs-redis-session sessions show HANDLE/,
    ],
    [['sessions', 'show', 'a', 'b'], /^"sessions show" takes one HANDLE\. Usage/],
    [['doctor', 'now'], /^"doctor" takes no HANDLE\. Usage/],
    [['redis://:hidden@h'], /^There is no command of this name\. There is/],
  ])('answers %j with one sentence, its remedy and exit code 2', (argv, words) => {
    let thrown: unknown;
    try {
      understand(argv);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ exitCode: 2, message: expect.stringMatching(words) });
    expect(String(thrown)).not.toMatch(/hidden|\n/);
  });
});

describe('what is shown', () => {
  it('is a handle as it is, and of an id of connect-redis the beginning only', () => {
    const handle = 'AbCdEfGhIjKlMnOpQrStUv';
    expect([shownId(handle), shownId(handle, true), shownId('AbCdEfGhIjKlMnOpQrStUvWxYz')]).toEqual([
      handle,
      'AbCdEf…',
      'AbCdEf…',
    ]);
    expect([shownId('short'), shownId('sixsix')]).toEqual(['…', '…']);
  });

  it('leaves out values of fields that are called like secrets, however deep', () => {
    const data = {
      passport: { user: 'dave' },
      passenger: 1,
      password: 'x',
      nested: [{ apiKey: 'x', accessToken: { raw: 'x' }, cart: ['milk'] }],
      CSRF_TOKEN: 'x',
      oauth: { state: 'x' },
      pin: 1234,
      spinning: true,
      jotted: 'eyJhbGciOi.eyJzdWIiOi.x',
      secret: null,
    };
    expect(maskSecrets(data)).toEqual({
      passport: { user: 'dave' },
      passenger: 1,
      password: '***',
      nested: [{ apiKey: '***', accessToken: '***', cart: ['milk'] }],
      CSRF_TOKEN: '***',
      oauth: '***',
      pin: '***',
      spinning: true,
      jotted: '***',
      secret: null,
    });
  });

  it('goes no deeper than anybody reads', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    expect(JSON.stringify(maskSecrets(deep))).toBe(`${'['.repeat(20)}"…"${']'.repeat(20)}`);
  });

  it('cannot steer the terminal', () => {
    const evil = 'a\u001b[2J\u009b31mb\nc\u202ed';
    expect(harmless(evil)).toBe('a\uFFFD[2J\uFFFD31mb\uFFFDc\uFFFDd');
    expect(row([evil], [])).toBe(harmless(evil));
    expect(harmlessJson({ evil })).toMatch(/^[ -~]+$/);
    expect(JSON.parse(harmlessJson({ evil }, 2))).toEqual({ evil });
  });

  it.each([
    [0, '0 s'],
    [seconds(59), '59 s'],
    [minutes(30), '30 min'],
    [minutes(30) - 1, '29 min 59 s'],
    [hours(8), '8 h'],
    [hours(8) + seconds(5), '8 h'],
    [days(2) + hours(3) + minutes(1), '2 d 3 h'],
  ])('says %d ms as "%s"', (duration, words) => {
    expect(lengthOf(duration)).toBe(words);
  });

  it('says sizes in the unit that fits', () => {
    expect([bytes(412), bytes(1_536), bytes(3 * 1024 ** 2)]).toEqual(['412 B', '1.5 KiB', '3.0 MiB']);
  });
});
