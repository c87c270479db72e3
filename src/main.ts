import { createApplication } from './application.js';
import { type Configuration, readConfiguration } from './configuration.js';
import { openRedis } from './startup/application.redis.js';
import { keptSecret } from './startup/session-secret.file.js';
import { sentenceFor } from './startup/startup.error.js';

/** How long everything together may take to end, ms; what has not ended by then ends with this process. */
const GRACE = 1_500;
/** npm passes on the Ctrl-C that the terminal has sent to this process already, ms. */
const SAME_SIGNAL = 500;

/** What to end, the last one first. */
const opened: (() => Promise<unknown>)[] = [];
let port: number | undefined;
let signalledAt: number | undefined;
let isEnding = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
try {
  await start();
} catch (error) {
  // After a signal, whatever failed did so because things are ending.
  if (signalledAt === undefined) {
    process.stderr.write(`${sentenceFor(error, { port })}\n`);
    await end(1);
  }
}

async function start(): Promise<void> {
  const configuration = readConfiguration();
  port = configuration.port;
  const sessionSecret = configuration.sessionSecret ?? (await developmentSecret(configuration));
  if (configuration.isProduction && configuration.redisUrl === undefined) {
    say('Redis: REDIS_URL is not set, so this runs on one for development. In production, set it.');
  }
  const redis = await openRedis({ ...configuration, say });
  opened.push(() => redis.stop());
  const app = await createApplication({ redisUrl: redis.url, sessionSecret });
  opened.push(() => app.close());
  await app.listen(configuration.port);
  const { port: listening } = app.getHttpServer().address() as { port: number };
  say(`Ready: http://localhost:${listening} (Ctrl-C ends it)`);
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

function stop(): void {
  if (signalledAt !== undefined) {
    if (performance.now() - signalledAt > SAME_SIGNAL) process.exit(130);
    return;
  }
  signalledAt = performance.now();
  void end(0);
}

async function end(exitCode: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  setTimeout(() => process.exit(exitCode), GRACE);
  for (const close of opened.toReversed()) await close().catch(() => undefined);
  process.exit(exitCode);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
