import { afterAll, beforeAll } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { createApplication } from '../../src/application.js';
import { createProfileService } from '../../src/profile-service/profile-service.js';
import { useDatabase } from './database.js';
import type { TestRedis } from './redis.js';
import { SECRET } from './test-app.js';

/** The sample application and the profile service beside it, in this process, for all tests of a file. */
export function useProfileService(redis: TestRedis): { readonly app: string; readonly service: string } {
  const database = useDatabase();
  const running: INestApplication[] = [];
  let app: string;
  let service: string;
  async function listen(starting: Promise<INestApplication>): Promise<string> {
    const started = await starting;
    running.push(started);
    await started.listen(0, '127.0.0.1');
    return started.getUrl();
  }
  beforeAll(async () => {
    const shared = { redis: redis.url, sessionSecret: SECRET };
    service = await listen(createProfileService(shared, false));
    const options = { ...shared, database: database.opened.database, profileServiceUrl: () => service };
    app = await listen(createApplication(options, false));
  });
  afterAll(() => Promise.all(running.map((each) => each.close())));
  return {
    get app() {
      return app;
    },
    get service() {
      return service;
    },
  };
}
