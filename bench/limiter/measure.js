// How attempts are made, how many decisions there are in a time, and what each one sends to Redis.
import { Redis } from 'ioredis';

/** Accounts that attempts are made on again and again, each from one address. */
const ACCOUNTS = 100;
/** What an attacker has: names from a list, and a network of machines. */
const GUESSED_NAMES = 50_000;
const MACHINES = 2_000;
/** Each blocked pair is asked again until it is refused; no limit that blocks here is higher. */
const MOST_TRIES = 50;
/** Looking at the clock costs as much as a refusal from memory. */
const LOOK_EVERY = 64;

const known = Array.from({ length: ACCOUNTS }, (_, index) => ({
  account: `user-${index}@example.com`,
  address: `203.0.113.${index}`,
  userId: `u-${index}`,
}));

/** Where attempts come from: the same accounts again and again, or new names from many machines. */
export const SOURCES = {
  fixed: (turn) => known[turn % ACCOUNTS],
  varied: (turn) => {
    const machine = (turn * 7) % MACHINES;
    return {
      account: `name-${(turn * 13) % GUESSED_NAMES}@example.com`,
      address: `198.${18 + (machine >> 8)}.${machine & 255}.${turn % 250}`,
    };
  },
};

/** Makes attempts until each of the known accounts is refused. */
export async function block(limiter) {
  for (const attempt of known) {
    let tries = 0;
    while (await limiter.decide(attempt)) {
      if (++tries > MOST_TRIES) throw new Error('The limiter does not block.');
    }
    // rate-limiter-flexible refuses from memory after the first refusal only.
    await limiter.decide(attempt);
  }
}

/**
 * Decisions per second, with so many under way at one time: each one that ends begins the next.
 *
 * @throws Error if a decision is not the expected one: then something else was measured
 */
export async function speed(limiter, { source, width, duration, isAllowed, turns }) {
  let made = 0;
  let isOver = false;
  const started = performance.now();
  const end = started + duration;
  const work = async () => {
    while (!isOver) {
      if ((await limiter.decide(source(turns.next++))) !== isAllowed) throw new Error('Unexpected decision.');
      made++;
      if (made % LOOK_EVERY === 0 || width === 1) isOver = performance.now() >= end;
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return (made / (performance.now() - started)) * 1_000;
}

/**
 * What one decision sends: commands (MULTI and EXEC are some, what a script does inside Redis is none), and round trips, which
 * are commands or groups of them that wait for an answer before the decision can go on.
 */
export async function traffic(limiter, { source, turns, decisions = 500 }) {
  const { prototype } = Redis;
  const sendCommand = Reflect.get(prototype, 'sendCommand');
  let commands = 0;
  let trips = 0;
  let unanswered = 0;
  prototype.sendCommand = function count(command, ...rest) {
    commands++;
    if (unanswered++ === 0) trips++;
    const answered = () => unanswered--;
    command.promise.then(answered, answered);
    return sendCommand.call(this, command, ...rest);
  };
  for (let made = 0; made < decisions; made++) await limiter.decide(source(turns.next++));
  prototype.sendCommand = sendCommand;
  return { commands: commands / decisions, trips: trips / decisions };
}
