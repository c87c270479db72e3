import { Injectable } from '@nestjs/common';
import { Clock, RedisConnection } from 'nestjs-redis-session';
import { DEFAULT_PREFERENCES, type Preferences, preferencesBody } from './preferences.inputs.js';

/** How long preferences are kept after they were changed: the guide's day, in seconds as Redis's SETEX has it. */
const LIFETIME = 86_400;

/** Preferences, and what it takes to keep them. */
export interface KeptPreferences {
  preferences: Preferences;
  /** In Redis; 0 if the user has chosen nothing. */
  bytes: number;
  /** As ISO 8601; `null` if nothing is kept. */
  expiresAt: string | null;
}

/**
 * Keeps preferences beside the session, under `user:<id>:preferences`, as the guide proposes for large data: a request that does not need
 * them does not load them, all sessions of a user share them, and they outlive the session. The session holds the user's id alone.
 */
@Injectable()
export class PreferencesService {
  constructor(
    private readonly connection: RedisConnection,
    private readonly clock: Clock,
  ) {}

  /** What a user has chosen; the defaults if that is nothing, or cannot be read. */
  async find(userId: string): Promise<KeptPreferences> {
    const key = keyOf(userId);
    const [text, left] = await this.connection.run(
      (client) => Promise.all([client.get(key), client.pttl(key)]),
      { repeatable: true },
    );
    const preferences = text === null ? undefined : preferencesFrom(text);
    if (text === null || preferences === undefined) {
      return { preferences: DEFAULT_PREFERENCES, bytes: 0, expiresAt: null };
    }
    const expiresAt = new Date(this.clock.now() + left).toISOString();
    return { preferences, bytes: Buffer.byteLength(text), expiresAt };
  }

  /** Takes the place of what the user had chosen before. */
  async keep(userId: string, preferences: Preferences): Promise<void> {
    const text = JSON.stringify(preferences);
    await this.connection.run((client) => client.setex(keyOf(userId), LIFETIME, text), { repeatable: true });
  }
}

const keyOf = (userId: string): string => `user:${userId}:preferences`;

/** What other programs put there is not trusted more than what a client sends. */
function preferencesFrom(text: string): Preferences | undefined {
  try {
    return preferencesBody.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
