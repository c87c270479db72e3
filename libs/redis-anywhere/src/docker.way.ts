import { findDockerEngine } from './docker.engine.js';
import { DockerServer } from './docker.server.js';
import type { RedisServer, StartSettings } from './start-redis.options.js';

/** A container, on whatever engine testcontainers finds. */
export async function startInDocker(settings: StartSettings): Promise<RedisServer> {
  const engine = await findDockerEngine();
  await engine.provideImage(settings.image, settings.onProgress);
  return DockerServer.start(engine, settings);
}
