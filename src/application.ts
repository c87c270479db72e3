import type { LoggerService } from '@nestjs/common';
import { type NestApplication, NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { AppModule, type AppOptions } from './app.module.js';
import { withoutSession } from './health/without-session.js';
import { serveAssets } from './pages/assets.js';
import { securityHeaders } from './pages/security.headers.js';
import { QuietLogger } from './startup/quiet.logger.js';

/** Nest's interface leaves out that `close` takes the signal, which @nestjs/terminus wants to know. */
export type Application = NestExpressApplication & Pick<NestApplication, 'close'>;

/**
 * Makes the application without opening a port: `listen()` does that.
 *
 * @throws what a provider throws, such as InvalidOptionError; nothing is left open then
 */
export async function createApplication(
  options: AppOptions,
  logger: LoggerService | false = new QuietLogger(),
): Promise<Application> {
  const adapter = new ExpressAdapter();
  adapter.disable('x-powered-by');
  // Nothing but assets is kept by a cache that could ask whether it changed.
  adapter.set('etag', false);
  // Before SessionModule mounts its middleware, so that a refusal from there carries them too.
  adapter.use(securityHeaders);
  serveAssets(adapter);
  adapter.use('/health', withoutSession);
  return NestFactory.create<Application>(AppModule.with(options), adapter, {
    abortOnError: false,
    // Browsers keep connections open, and stopping would wait for them.
    forceCloseConnections: true,
    logger,
  });
}
