import type { RedisServer, StartSettings } from './start-redis.options.js';
import { WayUnavailable } from './way-unavailable.error.js';

export async function startInDocker(_settings: StartSettings): Promise<RedisServer> {
  throw new WayUnavailable('not built yet');
}
