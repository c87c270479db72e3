import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Request } from 'express';
import type { Profile } from '../users/user.js';

/** Token of {@link ProfileServiceAddress}. */
export const PROFILE_SERVICE = Symbol('profile service');

/** Where the profile service is; `undefined` while it is not, as in a restart. */
export type ProfileServiceAddress = () => string | undefined;

/** What the profile service answered. */
export type ServiceAnswer =
  | { outcome: 'found'; profile: Profile; from: string }
  | { outcome: 'missing' }
  | { outcome: 'unavailable'; reason: string };

/** How long a page waits for it, ms. */
const PATIENCE = 1_500;
/** The session's cookie, and no other one: the service has no business with the rest. */
const SESSION_COOKIE = /(?:^|;\s*)((?:__Host-)?sid=[^;]*)/;

/** Asks the profile service, on behalf of whoever sent a request. */
@Injectable()
export class ProfileClient {
  private readonly logger = new Logger(ProfileClient.name);

  constructor(@Inject(PROFILE_SERVICE) private readonly address: ProfileServiceAddress) {}

  /** Never throws: a page without the service is still a page. */
  async ask(request: Request): Promise<ServiceAnswer> {
    const from = this.address();
    if (from === undefined) return { outcome: 'unavailable', reason: 'It does not run.' };
    const cookie = SESSION_COOKIE.exec(request.headers.cookie ?? '')?.[1] ?? '';
    const signal = AbortSignal.timeout(PATIENCE);
    try {
      const response = await fetch(`${from}/profile`, {
        headers: { accept: 'application/json', cookie },
        redirect: 'error',
        signal,
      });
      if (response.ok) return { outcome: 'found', profile: (await response.json()) as Profile, from };
      await response.body?.cancel();
      if (response.status === 404) return { outcome: 'missing' };
      return { outcome: 'unavailable', reason: `It answered with status ${response.status}.` };
    } catch (error) {
      this.logger.warn(`The profile service at ${from} did not answer: ${String(error)}`);
      return {
        outcome: 'unavailable',
        reason: signal.aborted
          ? `It did not answer within ${PATIENCE / 1000} seconds.`
          : 'It cannot be reached.',
      };
    }
  }
}
