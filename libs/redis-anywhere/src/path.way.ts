import { LocalServer } from './local.server.js';
import { findServerOnPath } from './server.binary.js';
import type { RedisServer, StartSettings } from './start-redis.options.js';
import { WayUnavailable } from './way-unavailable.error.js';

/** A redis-server or valkey-server that the user has installed. */
export async function startFromPath(settings: StartSettings): Promise<RedisServer> {
  const binary = await findServerOnPath(settings.env);
  if ('missing' in binary) throw new WayUnavailable(binary.missing);
  return LocalServer.start({ binary, via: 'path', origin: `${binary.command} found on PATH`, settings });
}
