import { describe, expect, it } from '@jest/globals';
import { createSid, parseSid } from '../../libs/session/src/store/sid.js';

const COUNT = 5_000;
const ids = Array.from({ length: COUNT }, () => createSid('secret'));

describe('ids (ASVS 7.2.2, 7.2.3)', () => {
  it('have a handle of 128 bits and a secret of 256 bits, and none comes twice', () => {
    for (const { text, handle, secret } of ids) {
      expect(Buffer.from(handle, 'base64url')).toHaveLength(16);
      expect(Buffer.from(secret!, 'base64url')).toHaveLength(32);
      expect(parseSid(text)).toEqual({ text, handle, secret });
    }
    expect(new Set(ids.flatMap(({ handle, secret }) => [handle, secret])).size).toBe(2 * COUNT);
  });

  it('set each of their bits in half of the cases', () => {
    const set = Array<number>(256).fill(0);
    for (const { secret } of ids) {
      const bytes = Buffer.from(secret!, 'base64url');
      for (let bit = 0; bit < 256; bit++) set[bit]! += (bytes[bit >> 3]! >> (bit & 7)) & 1;
    }
    // Six standard deviations: of a fair source, all 256 stay within in all but one of a million runs.
    const allowed = 6 * Math.sqrt(COUNT / 4);
    for (const count of set) expect(Math.abs(count - COUNT / 2)).toBeLessThan(allowed);
  });

  it('plain ones have 256 bits too', () => {
    expect(Buffer.from(createSid('plain').text, 'base64url')).toHaveLength(32);
  });
});
