import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { SessionEvents } from 'nestjs-redis-session';
import type { Subscription } from 'rxjs';
import { loggable } from '../database/database.failure.js';
import { ProfileStore } from '../users/profile.store.js';
import type { Profile } from '../users/user.js';
import { UsersService } from '../users/users.service.js';

/** How long the answer to a login waits for the profile to be kept, ms. It takes one or two. */
const PATIENCE = 250;

/** Keeps the profiles in Redis as they are in the database: at each login, and at each change. */
@Injectable()
export class ProfileKeeper implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(ProfileKeeper.name);
  private readonly pending = new Map<string, Promise<void>>();
  private subscription: Subscription | undefined;

  constructor(
    private readonly events: SessionEvents,
    private readonly users: UsersService,
    private readonly profiles: ProfileStore,
  ) {}

  /** A login by whatever route, the sign-up among them, which this feature need not know. */
  onModuleInit(): void {
    this.subscription = this.events.on('login.succeeded').subscribe(({ userId }) => {
      const keeping = this.refresh(userId)
        .then(
          () => undefined,
          // A login is worth more than a profile. The page stores it when it is missing.
          (error: unknown) => {
            this.logger.warn(`The profile of user ${userId} could not be kept at the login:`);
            this.logger.warn(loggable(error));
          },
        )
        .finally(() => {
          if (this.pending.get(userId) === keeping) this.pending.delete(userId);
        });
      this.pending.set(userId, keeping);
    });
  }

  onModuleDestroy(): void {
    this.subscription?.unsubscribe();
  }

  /** Waits until the profile of somebody who has just logged in is kept, but not for long. */
  async settled(userId: string): Promise<void> {
    const keeping = this.pending.get(userId);
    if (keeping === undefined) return;
    const waiting = new AbortController();
    const enough = delay(PATIENCE, undefined, { signal: waiting.signal }).catch(() => undefined);
    await Promise.race([keeping, enough]);
    waiting.abort();
  }

  /**
   * Stores the profile as it is in the database, for seven days from now, and looks once more: of several changes at one time the
   * last to be stored need not be the last to be made, but whoever stores last sees the newest.
   *
   * @returns the profile; `undefined` if there is no such user
   * @throws SessionStoreUnavailableException 503 if it is not certain that it is kept; calling it again is safe
   */
  async refresh(userId: string): Promise<Profile | undefined> {
    let kept: string | undefined;
    for (;;) {
      const profile = await this.users.profile(userId);
      const newest = JSON.stringify(profile);
      if (profile === undefined || newest === kept) return profile;
      await this.profiles.put(profile);
      kept = newest;
    }
  }
}
