import { describe, expect, it } from '@jest/globals';
import { explainFailure, explainStart, kindOfFailure } from '../../libs/session/src/redis/redis.failures.js';

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
    // As Redis 6.2, 7.0, and 7.2 and newer say it.
    [
      "NOPERM this user has no permissions to run the 'get' command or its subcommand",
      'refused',
      /by \+get \(/,
    ],
    [
      "NOPERM this user has no permissions to run the 'client|tracking' command",
      'refused',
      /CLIENT TRACKING: .*\+client\|tracking/,
    ],
    [
      "NOPERM User sessions has no permissions to run the 'zadd' command",
      'refused',
      /ZADD: .*\+zadd .*security\.md/,
    ],
    [
      'NOPERM this user has no permissions to access one of the keys used as arguments',
      'refused',
      /session\.prefix/,
    ],
    ['NOPERM No permissions to access a key', 'refused', /session\.prefix/],
    ['NOPERM No permissions to access a channel', 'refused', /&__redis__:invalidate/],
    [
      "ERR The user executing the script can't run this command or subcommand script: 1d2, on @user_script:1.",
      'refused',
      /ACL LOG/,
    ],
    [
      "ERR The user executing the script can't access at least one of the keys mentioned in the command arguments script: 1d2, on @user_script:1.",
      'refused',
      /session\.prefix/,
    ],
    [
      "ERR ACL failure in script: User sessions has no permissions to run the 'zadd' command script: 1d2, on @user_script:1.",
      'refused',
      /ZADD: .*\+zadd/,
    ],
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
    [
      { message: 'self-signed certificate in certificate chain', code: 'SELF_SIGNED_CERT_IN_CHAIN' },
      'connection-lost',
      /no authority that is trusted here.*NODE_EXTRA_CA_CERTS/,
    ],
    // Another authority of the same name is trusted.
    [
      { message: 'certificate signature failure', code: 'CERT_SIGNATURE_FAILURE' },
      'connection-lost',
      /no authority that is trusted here/,
    ],
    [
      { message: 'unable to verify the first certificate', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
      'connection-lost',
      /no authority that is trusted here/,
    ],
    [
      { message: 'certificate has expired', code: 'CERT_HAS_EXPIRED' },
      'connection-lost',
      /not valid at this time.*renew it/,
    ],
    [{ message: 'Failed to refresh slots cache.' }, 'connection-lost', /no node of the Cluster .*start them/],
    ['text that was thrown', 'connection-lost', /lost/],
  ])('%j', (error, kind, explanation) => {
    expect(kindOfFailure(error)).toBe(kind);
    expect(explainFailure(error)).toMatch(explanation);
  });
});

describe('a connection that never comes about', () => {
  const failed = (code: string) => ({ message: code, code });
  it.each([
    // One without TLS waits for the end of a line, which a TLS hello does not have.
    ['ETIMEDOUT', true, /Does it speak TLS there\? Without, the URL begins with redis:/],
    ['EPROTO', true, /Does it speak TLS there\?/],
    ['ECONNRESET', false, /Does it want TLS\? Then the URL begins with rediss:/],
    ['ETIMEDOUT', false, /or correct the address\.$/],
    ['ECONNREFUSED', true, /or correct the address\.$/],
  ])('%s, with TLS: %s', (code, isEncrypted, explanation) => {
    expect(explainStart(failed(code), { isEncrypted })).toMatch(explanation);
  });

  it('without any error is said to be silent, with what may be the reason', () => {
    expect(explainStart(undefined, { isEncrypted: false })).toMatch(
      /^it does not answer\. Does it want TLS\?/,
    );
    expect(explainStart(undefined, { isEncrypted: true })).toMatch(/^it does not answer\. Does it speak TLS/);
  });
});
