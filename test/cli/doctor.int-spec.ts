import { describe, expect, it } from '@jest/globals';
import { useRedis } from '../support/redis.js';
import { useCommand } from './session.command.js';

const redis = useRedis({ args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'] });
const { run } = useCommand();

describe('nestjs-redis-session doctor', () => {
  it('prints what it finds, and ends with 1 if there is an error', async () => {
    const { code, stdout, stderr } = await run(['doctor', '--production', '--redis', redis.url]);
    const findings = stdout.trimEnd().split('\n');
    expect(code).toBe(1);
    expect(findings[0]).toMatch(
      /^error {4}REDIS_EVICTS_SESSIONS: maxmemory-policy is allkeys-lru, so once maxmemory/,
    );
    expect(findings.slice(1).map((line) => line.split(':', 1)[0])).toEqual([
      'warning  REDIS_NO_PERSISTENCE',
      'warning  REDIS_NO_REPLICA',
    ]);
    expect(stderr).toMatch(
      /^(Redis|Valkey) [\d.]+ at 127\.0\.0\.1:\d+, judged for production: 1 error, 2 warnings\.\n$/,
    );
  });

  it('knows warnings only outside production, and ends with 0', async () => {
    const { code, stdout } = await run(['doctor', '--json', '--redis', redis.url]);
    expect([
      code,
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ]).toEqual([
      0,
      [expect.objectContaining({ code: 'REDIS_EVICTS_SESSIONS', severity: 'warning', asvs: '16.5.2' })],
    ]);
  });

  it.each([
    [
      'nothing listens there',
      'redis://:hidden@127.0.0.1:1',
      1,
      /Redis at 127\.0\.0\.1:1 cannot be used: nothing listens there/,
    ],
    ['the URL is none', 'http://:hidden@h', 2, /--redis \(or REDIS_URL\) must look like redis:\/\//],
  ])('where %s says so in one sentence', async (_, url, exitCode, words) => {
    const { code, stdout, stderr } = await run(['doctor', '--redis', url]);
    expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringMatching(words)]);
    expect(stderr).not.toContain('hidden');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('where the password is wrong says so, and shows none', async () => {
    const { code, stderr } = await run(['doctor', '--redis', redis.urlAs('nobody', 'wrong')]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/Redis refused the user name or the password/)]);
    expect(stderr).not.toContain('wrong');
  });
});
