import { afterEach } from '@jest/globals';
import { createApplication } from '../../src/application.js';
import { SECRET } from '../support/test-app.js';

export interface SampleApp {
  origin: string;
  close(): Promise<void>;
}

/** Starts sample applications in this process, on free ports, and closes after each test those that still run. */
export function useSampleApps(redisUrl: () => string): () => Promise<SampleApp> {
  const running: SampleApp[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((app) => app.close()));
  });
  return async () => {
    const app = await createApplication({ redisUrl: redisUrl(), sessionSecret: SECRET }, false);
    await app.listen(0, '127.0.0.1');
    const sample = { origin: await app.getUrl(), close: () => app.close() };
    running.push(sample);
    return sample;
  };
}
