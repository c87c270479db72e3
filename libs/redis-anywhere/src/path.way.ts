import { findLocalBinary } from './local.binary.js';
import { LocalServer } from './local.server.js';
import type { RedisServer, StartSettings } from './start-redis.options.js';

/** A redis-server or valkey-server that the user has installed. */
export async function startFromPath(settings: StartSettings): Promise<RedisServer> {
  return LocalServer.start({ ...(await findLocalBinary('path', settings)), settings });
}
