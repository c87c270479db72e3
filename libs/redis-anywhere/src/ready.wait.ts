import { setTimeout as delay } from 'node:timers/promises';
import { RedisAnywhereError, reasonOf } from './redis-anywhere.error.js';
import { type ProbeAnswer, type ProbeTarget, probeRedis } from './resp.probe.js';

interface Starting {
  target: ProbeTarget;
  /** How long it may take, ms. */
  timeout: number;
  /** Says how the server ended; `undefined` while it runs. Looked at before every attempt. */
  ended: () => Promise<string | undefined>;
  /** Whether an answer comes from the server meant, and not from another one that took the port. */
  isOurs: (answer: ProbeAnswer) => boolean;
}

/** Asks a starting server until it has loaded its data. `undefined` if it ended instead; throws when time is up. */
export async function waitUntilReady({
  target,
  timeout,
  ended,
  isOurs,
}: Starting): Promise<ProbeAnswer | undefined> {
  const deadline = Date.now() + timeout;
  let pause = 5;
  let last = 'no answer';
  while ((await ended()) === undefined) {
    const left = deadline - Date.now();
    if (left <= 0) {
      throw new RedisAnywhereError(
        'START_FAILED',
        `Redis did not come up within ${timeout} ms (startTimeout): ${last}.`,
      );
    }
    try {
      const answer = await probeRedis(target, Math.min(left, 2_000));
      // Any refusal but LOADING comes from a server that is up: access lists may forbid us what they allow others.
      if (isOurs(answer) && !answer.refusal?.startsWith('LOADING')) return answer;
      last = answer.refusal ?? 'another server answers there';
    } catch (error) {
      last = reasonOf(error);
    }
    await delay(pause);
    pause = Math.min(pause * 2, 50);
  }
  return undefined;
}
