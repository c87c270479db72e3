import type { INestApplication } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { RedisSessionStore } from 'nestjs-redis-session';

interface NearParts {
  backend: { tracking?: { feed: Redis } };
}

/**
 * Waits until an application with a near cache has heard of what is changed by now: Redis announces a change before it answers what is asked
 * later over the same connection. Nothing to wait for without one.
 */
export async function heard(app: INestApplication): Promise<void> {
  await app.get<unknown, NearParts>(RedisSessionStore).backend.tracking?.feed.ping();
}
