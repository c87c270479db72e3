import { type DynamicModule, Module, StandardSchemaValidationPipe } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { CrossOriginGuard, SessionModule, type SessionModuleOptions } from 'nestjs-redis-session';
import { AccountModule } from './account/account.module.js';
import { AnalyticsModule } from './analytics/analytics.module.js';
import { CartModule } from './cart/cart.module.js';
import { DevicesModule } from './devices/devices.module.js';
import { ExamineModule } from './examine/examine.module.js';
import { ExpirationModule } from './expiration/expiration.module.js';
import { GuideModule } from './guide/guide.module.js';
import { LoginLimitsModule } from './login-limits/login-limits.module.js';
import { ProfileModule } from './profile/profile.module.js';
import { SessionSizeModule } from './session-size/session-size.module.js';
import { SignUpModule } from './sign-up/sign-up.module.js';
import type { Database } from './database/database.js';
import { DatabaseModule } from './database/database.module.js';
import { HealthModule } from './health/health.module.js';
import { LoginModule } from './login/login.module.js';
import { ErrorFilter } from './pages/error.filter.js';
import { invalidInput } from './pages/invalid-input.exception.js';
import { MAX_SESSION_BYTES } from './session.limits.js';
import { VisitsModule } from './visits/visits.module.js';

/** What differs from one run of the application to the next. */
export interface AppOptions {
  redis: SessionModuleOptions['redis'];
  /** Opened and closed by the caller. */
  database: Database;
  /** Other than the defaults, for tests that do not want to wait. */
  session?: SessionModuleOptions['session'];
  loginAttempts?: SessionModuleOptions['loginAttempts'];
  /** SessionModule refuses one that is missing or weak. */
  sessionSecret: string | undefined;
  /** Where the profile service is at the moment. Default: nowhere. */
  profileServiceUrl?: () => string | undefined;
  /** How long it goes on serving after SIGTERM, while GET /health/ready says 503 already, ms. Default: 0. */
  shutdownDelay?: number;
}

/** The features, and what they share: sessions, the check of input and of where requests come from, the answer to errors. */
@Module({
  imports: [
    VisitsModule,
    LoginModule,
    AccountModule,
    AnalyticsModule,
    CartModule,
    DevicesModule,
    ExamineModule,
    ExpirationModule,
    GuideModule,
    LoginLimitsModule,
    SessionSizeModule,
    SignUpModule,
  ],
  providers: [
    { provide: APP_FILTER, useClass: ErrorFilter },
    // For the whole application, so that the login form is protected too; no form needs a token.
    { provide: APP_GUARD, useClass: CrossOriginGuard },
    {
      provide: APP_PIPE,
      useFactory: () => new StandardSchemaValidationPipe({ exceptionFactory: invalidInput }),
    },
  ],
})
export class AppModule {
  static with({
    redis,
    database,
    sessionSecret,
    session,
    loginAttempts,
    profileServiceUrl,
    shutdownDelay = 0,
  }: AppOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        DatabaseModule.with(database),
        HealthModule.with(shutdownDelay),
        ProfileModule.with(profileServiceUrl ?? (() => undefined)),
        SessionModule.forRoot({
          secret: sessionSecret,
          redis,
          session: { maxBytes: MAX_SESSION_BYTES, ...session },
          loginAttempts,
          auth: { carryOver: ['visitCount', 'cart'] },
        }),
      ],
    };
  }
}
