import { readConfiguration } from '../configuration.js';
import { variableOf } from '../startup/redis.environment.js';
import { connectToParent } from '../startup/service.parent.js';
import { sentenceFor, StartupError } from '../startup/startup.error.js';
import { createProfileService } from './profile-service.js';

// `npm start` starts this beside the application; alone it runs with
//   REDIS_URL=redis://... SESSION_SECRET=... node dist/profile-service/main.js

/** How long it may take to end, ms. */
const GRACE = 1_000;

/** Ends it, once there is something to end. */
let close: () => Promise<unknown> = () => Promise.resolve();
let port: number | undefined;
let redisVariable: string | undefined;
const parent = connectToParent();

parent.onEnd(async () => {
  setTimeout(() => process.exit(0), GRACE);
  await close().catch(() => undefined);
  process.exit(0);
});
try {
  const { profileService, redis, sessionSecret } = readConfiguration();
  if (profileService === undefined)
    throw new StartupError('PROFILE_PORT is "off", so there is nothing to start.');
  if (redis === undefined)
    throw new StartupError(
      'REDIS_URL is not set, nor REDIS_SENTINELS or REDIS_CLUSTER. The profile service shares the Redis of the application: name the same one.',
    );
  port = profileService.port;
  redisVariable = variableOf(redis);
  const app = await createProfileService({ redis, sessionSecret });
  close = () => app.close();
  await app.listen(port);
  const { port: listening } = app.getHttpServer().address() as { port: number };
  parent.ready(listening);
} catch (error) {
  const isPortTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const reason = sentenceFor(error, {
    port,
    redisVariable,
    portVariable: 'PROFILE_PORT',
    what: 'The profile service',
  });
  await close().catch(() => undefined);
  await parent.failed({ reason, isPortTaken });
  process.exit(1);
}
