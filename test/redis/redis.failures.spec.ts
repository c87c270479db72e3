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
    ['text that was thrown', 'connection-lost', /lost/],
  ])('%j', (error, kind, explanation) => {
    expect(kindOfFailure(error)).toBe(kind);
    expect(explainFailure(error)).toMatch(explanation);
  });
});
