import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { sql } from 'drizzle-orm';
import { type Database, DATABASE } from '../database/database.js';

/** As long as the check of Redis takes at most, ms. */
const TIMEOUT = 1_000;

/** Whether the database answers. */
@Injectable()
export class DatabaseHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  isHealthy(key: string) {
    return this.indicators
      .check(key)
      .attempt(async () => {
        // What the driver says of a failure names the host.
        await this.database.execute(sql`select 1`).catch(() => {
          throw new Error('The database does not answer.');
        });
      })
      .withTimeout(TIMEOUT);
  }
}
