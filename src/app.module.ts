import { type DynamicModule, Module, StandardSchemaValidationPipe } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { CrossOriginGuard, SessionModule } from 'nestjs-redis-session';
import { HealthModule } from './health/health.module.js';
import { LoginModule } from './login/login.module.js';
import { ErrorFilter } from './pages/error.filter.js';
import { invalidInput } from './pages/invalid-input.exception.js';
import { VisitsModule } from './visits/visits.module.js';

/** What differs from one run of the application to the next. */
export interface AppOptions {
  redisUrl: string;
  /** SessionModule refuses one that is missing or weak. */
  sessionSecret: string | undefined;
}

/** The features, and what they share: sessions, the check of input and of where requests come from, the answer to errors. */
@Module({
  imports: [VisitsModule, LoginModule, HealthModule],
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
  static with({ redisUrl, sessionSecret }: AppOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SessionModule.forRoot({
          secret: sessionSecret,
          redis: redisUrl,
          auth: { carryOver: ['visitCount'] },
        }),
      ],
    };
  }
}
