import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { days, hours, minutes, type SessionModuleOptions } from 'nestjs-redis-session';
import {
  examineRedis,
  type Finding,
  FINDING_CODES,
  lineOf,
  type ServerFacts,
} from '../../libs/session/src/doctor/index.js';
import { examineOptions } from '../../libs/session/src/doctor/option.examination.js';
import { examineHeaders, examineTrust } from '../../libs/session/src/doctor/proxy.examination.js';
import { finding } from '../../libs/session/src/doctor/finding.js';
import { resolveModuleOptions } from '../../libs/session/src/session-module.options.js';
import { ALONE as alone, SERVER as server } from '../support/redis.facts.js';
import { SECRET } from '../support/test-app.js';

const production = { production: true };
const development = { production: false };
const said = (findings: readonly Finding[]) => findings.map(({ code, severity }) => `${severity} ${code}`);

function ofOptions(change: Partial<SessionModuleOptions>, where = production): Finding[] {
  const given = { secret: SECRET, redis: 'redis://127.0.0.1', ...change };
  return examineOptions(resolveModuleOptions(given, where.production ? 'production' : 'development'), where);
}

describe('examined options', () => {
  it('as they are by default leave nothing to say, in production and in development', () => {
    expect([ofOptions({}), ofOptions({}, development)]).toEqual([[], []]);
  });

  const older = 'an-older-secret';
  it.each<[string, Partial<SessionModuleOptions>, Partial<SessionModuleOptions>, RegExp]>([
    ['error COOKIE_NOT_SECURE', { cookie: { secure: false } }, { cookie: { secure: true } }, /"sid"/],
    [
      'error COOKIE_NO_PREFIX',
      { cookie: { name: 'connect.sid' } },
      { cookie: { name: '__Secure-id' } },
      /connect\.sid/,
    ],
    ['error COOKIE_NOT_HTTP_ONLY', { cookie: { httpOnly: false } }, { cookie: { httpOnly: true } }, /script/],
    ['warning COOKIE_DOMAIN', { cookie: { domain: 'a.example' } }, { cookie: {} }, /"a\.example"/],
    [
      'warning COOKIE_SAME_SITE_NONE',
      { cookie: { sameSite: 'none' } },
      { cookie: { sameSite: 'strict' } },
      /other sites/,
    ],
    [
      'warning SECRET_SHORT',
      { secret: [SECRET, older], loginAttempts: { secret: SECRET } },
      { secret: [SECRET, SECRET], loginAttempts: { secret: SECRET } },
      /15 bytes/,
    ],
    [
      'warning LOGIN_SECRET_DERIVED',
      { secret: [SECRET, SECRET] },
      { secret: [SECRET, SECRET], loginAttempts: { secret: SECRET } },
      /oldest entry/,
    ],
    ['error LOGIN_ATTEMPTS_OFF', { loginAttempts: false }, { loginAttempts: { pair: false } }, /guessed/],
    [
      'warning SECRET_NOT_RENEWED',
      { session: { renewAfter: false } },
      { session: { renewAfter: hours(1) } },
      /copied/,
    ],
    ['warning PLAIN_IDS', { session: { idFormat: 'plain' } }, { session: { idFormat: 'secret' } }, /MONITOR/],
    [
      'warning IDLE_TIMEOUT_LONG',
      { session: { idleTimeout: minutes(31) } },
      { session: { idleTimeout: minutes(30) } },
      /is 31 minutes: OWASP recommends 15 to 30 minutes.*1 hour/,
    ],
    [
      'warning ABSOLUTE_TIMEOUT_LONG',
      { session: { absoluteTimeout: days(2) } },
      { session: { absoluteTimeout: hours(24) } },
      /is 2 days: NIST SP 800-63B-4 recommends at most 24 hours.*12 hours at AAL3/,
    ],
  ])('say %s, and nothing once it is put right', (code, wrong, right, words) => {
    const [found, ...more] = ofOptions(wrong);
    expect([said([found!]), more]).toEqual([[code], []]);
    expect(found!.message).toMatch(words);
    expect(JSON.stringify(found)).not.toContain(older);
    expect(ofOptions(right)).toEqual([]);
  });

  it('for http://localhost leave nothing to say outside production', () => {
    expect(ofOptions({ cookie: { secure: false, name: 'connect.sid' } }, development)).toEqual([]);
  });

  it('give warnings only, outside production', () => {
    expect(said(ofOptions({ cookie: { httpOnly: false } }, development))).toEqual([
      'warning COOKIE_NOT_HTTP_ONLY',
    ]);
  });
});

describe('an examined adapter', () => {
  it('that trusts everybody is an error; one that trusts some, or nobody, is none', () => {
    expect(said(examineTrust('anybody', production))).toEqual(['error TRUST_PROXY_ALL']);
    for (const trust of ['some', 'nobody', undefined] as const)
      expect(examineTrust(trust, production)).toEqual([]);
  });

  it.each(['x-forwarded-for', 'x-forwarded-proto'])('of a request with %s says what breaks', (header) => {
    const found = examineHeaders({ [header]: '203.0.113.7' }, production);
    expect(said([found!])).toEqual(['error PROXY_NOT_TRUSTED']);
    expect(found!.message).toContain(header);
    expect(found!.message).not.toContain('203.0.113.7');
  });

  it('of a request without such headers says nothing', () => {
    expect(examineHeaders({ host: 'a.example' }, production)).toBeUndefined();
  });
});

describe('an examined Redis', () => {
  const of = (change: Partial<ServerFacts>, where = production) =>
    said(examineRedis({ ...alone, servers: [{ ...server, ...change }] }, where));
  const local = { isLocal: true };

  it('of which all is well leaves nothing to say', () => {
    expect(of({})).toEqual([]);
  });

  it.each<[string, Partial<ServerFacts>]>([
    ['error REDIS_EVICTS_SESSIONS', { evictionPolicy: 'allkeys-lru' }],
    ['error REDIS_EVICTS_SESSIONS', { evictionPolicy: 'volatile-ttl' }],
    ['warning REDIS_EVICTS_SESSIONS', { evictionPolicy: 'volatile-lru', maxMemory: 0 }],
    ['error REDIS_NO_PASSWORD', { isOpen: true }],
    ['warning REDIS_NO_TLS', { isEncrypted: false }],
    ['error REDIS_TOO_OLD', { version: '6.0.16' }],
    ['error REDIS_TOO_OLD', { version: '5.0.7' }],
    ['error REDIS_IS_REPLICA', { isReplica: true, replicas: 0 }],
    ['warning REDIS_NO_PERSISTENCE', { isPersistent: false }],
    ['warning REDIS_NO_REPLICA', { replicas: 0 }],
  ])('says %s of %j', (code, change) => {
    expect(of(change)).toEqual([code]);
  });

  it.each(['6.2.0', '7.0.15', '8.0.0', '10.0.0'])('of version %s is new enough', (version) => {
    expect(of({ version })).toEqual([]);
  });

  it('on the loopback of a developer stays quiet about what only production needs', () => {
    const bare = { isOpen: true, isEncrypted: false, replicas: 0, isPersistent: false };
    expect(of({ ...local, ...bare, evictionPolicy: 'allkeys-lru', maxMemory: 0 }, development)).toEqual([]);
    expect(of({ ...local, evictionPolicy: 'allkeys-lru' }, development)).toEqual([
      'warning REDIS_EVICTS_SESSIONS',
    ]);
  });

  it('on the loopback needs neither password nor TLS in production either', () => {
    expect(of({ ...local, isOpen: true, isEncrypted: false })).toEqual([]);
  });

  it('that tells nothing about itself is not judged', () => {
    const nothing = { isOpen: undefined, version: undefined, replicas: undefined, isPersistent: undefined };
    expect(of({ ...nothing, evictionPolicy: undefined, maxMemory: undefined })).toEqual([]);
  });
});

describe('every finding', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/doctor.md'), 'utf8');
  /** Headings of the page as GitHub makes anchors of them. */
  const anchors = new Map(
    page.split(/^### /m).map((section) => [section.split('\n', 1)[0]!.trim().toLowerCase(), section]),
  );

  it.each([...FINDING_CODES])(
    '%s is one line with a remedy, explained in a section of docs/doctor.md',
    (code) => {
      const found = finding(code, 'What was found.', production);
      expect(found.page).toBe(`docs/doctor.md#${code.toLowerCase()}`);
      expect(lineOf(found)).toMatch(
        new RegExp(`^${code}: What was found\\. [A-Z][^\n]+\\. \\(.*docs/doctor\\.md#[a-z_]+\\)$`),
      );
      const section = anchors.get(code.toLowerCase());
      expect(section).toBeDefined();
      expect(section).toContain(found.asvs ?? '');
    },
  );

  it('of the page is one that exists', () => {
    const known: readonly string[] = FINDING_CODES;
    expect(
      [...anchors.keys()].filter((name) => /^[a-z_]+$/.test(name) && !known.includes(name.toUpperCase())),
    ).toEqual([]);
  });
});
