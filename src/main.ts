import { createApplication } from './application.js';
import { type Configuration, readConfiguration } from './configuration.js';
import { openDatabase } from './database/open.database.js';
import { openRedis } from './startup/application.redis.js';
import { variableOf } from './startup/redis.environment.js';
import { keptSecret } from './startup/session-secret.file.js';
import { ServiceProcess } from './startup/service.process.js';
import { sentenceFor } from './startup/startup.error.js';

/** How long everything together may take to end, the delay aside, ms; what has not ended by then ends with this process. */
const GRACE = 1_500;
/** npm passes on the Ctrl-C that the terminal has sent to this process already, ms. */
const SAME_SIGNAL = 500;

/** What to end, the last one first. */
const opened: ((signal?: NodeJS.Signals) => Promise<unknown>)[] = [];
let profileService: ServiceProcess | undefined;
let port: number | undefined;
let redisVariable: string | undefined;
let signalledAt: number | undefined;
let shutdownDelay = 0;
let isEnding = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(signal));
try {
  await start();
} catch (error) {
  // After a signal, whatever failed did so because things are ending.
  if (signalledAt === undefined) {
    process.stderr.write(`${sentenceFor(error, { port, redisVariable })}\n`);
    await end(1);
  }
}

async function start(): Promise<void> {
  const configuration = readConfiguration();
  port = configuration.port;
  shutdownDelay = configuration.shutdownDelay;
  redisVariable = variableOf(configuration.redis);
  const sessionSecret = configuration.sessionSecret ?? (await developmentSecret(configuration));
  if (configuration.isProduction && configuration.redis === undefined) {
    say('Redis: REDIS_URL is not set, so this runs on one for development. In production, set it.');
  }
  const { isProduction } = configuration;
  const redisOpening = openRedis({ ...configuration, say }).then((opening) => {
    opened.push(() => opening.stop());
    return opening;
  });
  // It takes as long to start as the application does, so both do at one time.
  const service = redisOpening.then(({ environment }) =>
    startProfileService(configuration, { ...environment, SESSION_SECRET: sessionSecret }),
  );
  // Looked at below; what fails before that is told first.
  service.catch(() => undefined);
  const [{ redis, advice }, { database }] = await together(
    redisOpening,
    openDatabase({ ...configuration, withExampleUsers: !isProduction }).then((opening) => {
      opened.push(() => opening.close());
      say(`Database: ${opening.description}`);
      return opening;
    }),
  );
  const app = await createApplication({
    redis,
    database,
    sessionSecret,
    profileServiceUrl: () => profileService?.url,
    shutdownDelay,
  });
  opened.push((signal) => app.close(signal));
  await service;
  await app.listen(configuration.port);
  const { port: listening } = app.getHttpServer().address() as { port: number };
  say(`Ready: http://localhost:${listening} (Ctrl-C ends it)`);
  if (advice !== undefined) say(advice());
}

/** Starts the profile service in a process of its own, unless it is switched off. */
async function startProfileService(
  { profileService: configured }: Configuration,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  if (configured === undefined) return say('Profile service: off, because PROFILE_PORT says so');
  const { port: number, isPortChosen: isChosen } = configured;
  const service = new ServiceProcess({
    name: 'Profile service',
    path: new URL('profile-service/main.js', import.meta.url),
    // It needs no database.
    environment: { ...environment, DATABASE_URL: undefined },
    port: { variable: 'PROFILE_PORT', number, isChosen },
    say,
  });
  opened.push(() => service.stop());
  profileService = service;
  await service.start();
}

/** Both, or the failure of one when the other has been opened too and can be closed. */
async function together<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

/** Production gets none: there SessionModule says that it is missing. */
async function developmentSecret({ isProduction, cacheFolder }: Configuration): Promise<string | undefined> {
  if (isProduction) return undefined;
  const { secret, path, isNew } = await keptSecret(cacheFolder);
  say(
    `Secret: SESSION_SECRET is not set, so one was ${isNew ? 'made and is kept' : 'taken that is kept'} in ${path}`,
  );
  return secret;
}

function stop(signal: NodeJS.Signals): void {
  if (signalledAt !== undefined) {
    if (performance.now() - signalledAt > SAME_SIGNAL) process.exit(130);
    return;
  }
  signalledAt = performance.now();
  void end(0, signal);
}

async function end(exitCode: number, signal?: NodeJS.Signals): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  // Ctrl-C is not kept waiting.
  setTimeout(() => process.exit(exitCode), GRACE + (signal === 'SIGTERM' ? shutdownDelay : 0));
  for (const close of opened.toReversed()) await close(signal).catch(() => undefined);
  process.exit(exitCode);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
