import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { securityHeaders } from '../pages/security.headers.js';
import { QuietLogger } from '../startup/quiet.logger.js';
import { ProfileServiceModule, type ProfileServiceOptions } from './profile-service.module.js';

/**
 * Makes the service without opening a port: `listen()` does that.
 *
 * @throws what a provider throws, such as InvalidOptionError; nothing is left open then
 */
export async function createProfileService(
  options: ProfileServiceOptions,
  logger: LoggerService | false = new QuietLogger(),
): Promise<NestExpressApplication> {
  const adapter = new ExpressAdapter();
  adapter.disable('x-powered-by');
  adapter.set('etag', false);
  adapter.use(securityHeaders);
  return NestFactory.create<NestExpressApplication>(ProfileServiceModule.with(options), adapter, {
    abortOnError: false,
    forceCloseConnections: true,
    logger,
  });
}
