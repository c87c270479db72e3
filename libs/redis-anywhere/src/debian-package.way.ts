import { findLocalBinary } from './local.binary.js';
import { LocalServer } from './local.server.js';
import type { RedisServer, StartSettings } from './start-redis.options.js';

/** The distribution's own package, unpacked into a cache folder without root. */
export async function startFromDebianPackage(settings: StartSettings): Promise<RedisServer> {
  return LocalServer.start({ ...(await findLocalBinary('debian-package', settings)), settings });
}
