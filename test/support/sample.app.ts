import { afterEach } from '@jest/globals';
import type { AppOptions } from '../../src/app.module.js';
import { type Application, createApplication } from '../../src/application.js';
import { useDatabase } from './database.js';
import { SECRET } from './test-app.js';

export interface SampleApp {
  app: Application;
  origin: string;
  close(): Promise<void>;
}

/** Starts sample applications in this process, on free ports and one database, and closes after each test those that still run. */
export function useSampleApps(
  redis: () => AppOptions['redis'],
): (options?: Partial<AppOptions>) => Promise<SampleApp> {
  const database = useDatabase();
  const running: SampleApp[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((app) => app.close()));
  });
  return async (options = {}) => {
    const base = { redis: redis(), database: database.opened.database, sessionSecret: SECRET };
    const app = await createApplication({ ...base, ...options }, false);
    await app.listen(0, '127.0.0.1');
    const sample = { app, origin: await app.getUrl(), close: () => app.close() };
    running.push(sample);
    return sample;
  };
}
