import { hkdfSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';

/** Makes keys out of the server's secret for those who are not given it: none of them tells anything about it or about another one. */
@Injectable()
export class KeyDerivation {
  constructor(private readonly secrets: readonly [string, ...string[]]) {}

  /** 32 bytes that are the same on every server, as long as the oldest entry of `secret` is. */
  keyFor(purpose: string): Buffer {
    const oldest = this.secrets.at(-1) ?? this.secrets[0];
    return Buffer.from(hkdfSync('sha256', oldest, '', `nestjs-redis-session ${purpose}`, 32));
  }
}
