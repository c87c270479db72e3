import { describe, expect, it } from '@jest/globals';
import { explainFailure, kindOfFailure } from '../../libs/session/src/redis/redis.failures.js';

const reply = (message: string): object => ({ name: 'ReplyError', message });

describe('what Redis answers', () => {
  it.each([
    ["OOM command not allowed when used memory > 'maxmemory'.", 'refused', /maxmemory/],
    [
      "ERR Error running script (call to f_1d2): @user_script:14: @user_script: 14: -OOM command not allowed when used memory > 'maxmemory'.",
      'refused',
      /maxmemory/,
    ],
    ['MISCONF Redis is configured to save RDB snapshots', 'refused', /disk/],
    ['NOAUTH Authentication required.', 'refused', /password/],
    ['WRONGPASS invalid username-password pair', 'refused', /correct them in the URL/],
    ['NOPERM this user has no permissions', 'refused', /ACL/],
    ["READONLY You can't write against a read only replica.", 'refused-for-now', /primary/],
    ['LOADING Redis is loading the dataset in memory', 'refused-for-now', /LOADING/],
    ['CLUSTERDOWN The cluster is down', 'refused-for-now', /CLUSTERDOWN/],
    ['TRYAGAIN Multiple keys request during rehashing of slot', 'refused-for-now', /TRYAGAIN/],
    ['MOVED 866 10.0.0.1:6379', 'refused', /one node of a Cluster: name it in the option redis/],
    ['WRONGTYPE Operation against a key', 'faulty', /WRONGTYPE/],
  ])('%s', (message, kind, explanation) => {
    expect(kindOfFailure(reply(message))).toBe(kind);
    expect(explainFailure(reply(message))).toMatch(explanation);
  });

  it('is never quoted with keys or passwords', () => {
    expect(explainFailure(reply('ERR something about sess:handle and hunter2'))).not.toMatch(
      /handle|hunter2/,
    );
  });
});

describe('a connection that fails', () => {
  it.each([
    [
      { message: 'connect ECONNREFUSED 127.0.0.1:1', code: 'ECONNREFUSED' },
      'connection-lost',
      /nothing listens/,
    ],
    [
      { message: 'getaddrinfo ENOTFOUND nowhere', code: 'ENOTFOUND' },
      'connection-lost',
      /host name is unknown/,
    ],
    [{ message: 'Connection is closed.' }, 'connection-lost', /connection was lost/],
    [
      { message: "Stream isn't writeable and enableOfflineQueue options is false" },
      'refused-for-now',
      /lost/,
    ],
    [{ message: "Cluster isn't ready and enableOfflineQueue options is false" }, 'refused-for-now', /lost/],
    [
      { message: 'Too many Cluster redirections. Last error: ReplyError: MOVED 866 10.0.0.1:6379' },
      'refused-for-now',
      /lost/,
    ],
    [
      { message: 'All sentinels are unreachable. Retrying from scratch after 50ms.' },
      'connection-lost',
      /no Sentinel that answers knows a primary/,
    ],
    [
      { message: 'All sentinels are unreachable. Last error: NOAUTH Authentication required.' },
      'connection-lost',
      /correct sentinelUsername and sentinelPassword/,
    ],
    ['text that was thrown', 'connection-lost', /lost/],
  ])('%j', (error, kind, explanation) => {
    expect(kindOfFailure(error)).toBe(kind);
    expect(explainFailure(error)).toMatch(explanation);
  });
});
