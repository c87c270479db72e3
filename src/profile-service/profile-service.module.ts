import { type DynamicModule, Module } from '@nestjs/common';
import { SessionModule, type SessionModuleOptions } from 'nestjs-redis-session';
import { ProfileStore } from '../users/profile.store.js';
import { HealthController } from './health.controller.js';
import { ProfileController } from './profile.controller.js';

export interface ProfileServiceOptions {
  /** That of the main application. */
  redis: SessionModuleOptions['redis'];
  /** The one that the main application signs with. SessionModule refuses one that is missing or weak. */
  sessionSecret: string | undefined;
}

/** A service beside the main application: it shares the sessions, and reads them only. It has Redis and no database. */
@Module({ controllers: [ProfileController, HealthController], providers: [ProfileStore] })
export class ProfileServiceModule {
  static with({ redis, sessionSecret }: ProfileServiceOptions): DynamicModule {
    return {
      module: ProfileServiceModule,
      imports: [SessionModule.forRoot({ secret: sessionSecret, redis, session: { access: 'read' } })],
    };
  }
}
