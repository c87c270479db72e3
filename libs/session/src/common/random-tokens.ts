import { randomFillSync } from 'node:crypto';

// One call to the system's generator fills tokens for many sessions: a visitor without a cookie costs no system call.
const pool = Buffer.allocUnsafeSlow(4096);
let used = pool.length;

/**
 * Unguessable text: `bytes` random bytes of the system's generator, in base64url without padding.
 *
 * 16 bytes give 22 characters and 128 bits, the least that ASVS 11.5.1 accepts.
 */
export function randomToken(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const token = pool.toString('base64url', used, used + bytes);
  pool.fill(0, used, used + bytes);
  used += bytes;
  return token;
}
