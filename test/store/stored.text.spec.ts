import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { StoredText } from '../../libs/session/src/store/stored.text.js';

describe('a stored text', () => {
  const kinds = [StoredText.of, StoredText.withoutText];

  it('is told from others whether it is kept or not', () => {
    for (const one of kinds) {
      expect(one('é').sha1).toBe(createHash('sha1').update('é').digest('hex'));
      expect(one('a').is('a')).toBe(true);
      expect(one('a').is('b')).toBe(false);
      expect(one('a').is(one('a').sha1)).toBe(false);
      for (const other of kinds) {
        expect(one('a').isSame(other('a'))).toBe(true);
        expect(one('a').isSame(other('b'))).toBe(false);
      }
    }
  });

  it('is not kept where it was not to be', () => {
    expect(StoredText.of('secret').text).toBe('secret');
    expect(JSON.stringify(StoredText.withoutText('secret'))).not.toContain('secret');
  });
});
