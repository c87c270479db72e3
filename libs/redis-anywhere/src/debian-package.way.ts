import { debianPrivateCopy } from './debian.package.js';
import { LocalServer } from './local.server.js';
import type { RedisServer, StartSettings } from './start-redis.options.js';

/** The distribution's own package, unpacked into a cache folder without root. */
export async function startFromDebianPackage(settings: StartSettings): Promise<RedisServer> {
  const binary = await debianPrivateCopy(settings);
  const origin = `a private copy of the distribution's package in ${binary.folder}`;
  return LocalServer.start({ binary, via: 'debian-package', origin, settings });
}
