import type { Milliseconds } from '../common/index.js';
import type { AttemptPolicy } from './attempt.policy.js';

/**
 * What is stored of an account, an address or a pair: numbers, in Redis as eight doubles (little-endian), instants in milliseconds
 * since 1970 on the clock of the store. The scripts do the same in Lua; one suite runs on both.
 */
export interface AttemptRecord {
  /** When the window began; it is also its name, so that only its own reservations are given back to it. */
  start: number;
  /** Attempts in the window that were not given back. */
  count: number;
  /** When the block ends; 0 if there is none. */
  blockedUntil: number;
  /** How many blocks there were in a row. */
  level: number;
  /** When the level is forgotten. */
  levelUntil: number;
}

/** A new one. */
export const emptyRecord = (): AttemptRecord => ({
  start: 0,
  count: 0,
  blockedUntil: 0,
  level: 0,
  levelUntil: 0,
});

/** Begins a window where none is going on: the one before is over or has no attempts left, or the block that ended it is over. */
export function open(record: AttemptRecord, now: number, policy: AttemptPolicy): void {
  const isBlockOver = record.blockedUntil > 0 && now >= record.blockedUntil;
  const isBlocked = record.blockedUntil > 0 && !isBlockOver;
  if (isBlockOver || (!isBlocked && (record.count === 0 || now - record.start >= policy.window))) {
    record.start = now;
    record.count = 0;
    record.blockedUntil = 0;
  }
  if (now >= record.levelUntil) record.level = 0;
}

/** Blocks from now on. @returns for how long */
export function block(record: AttemptRecord, now: number, policy: AttemptPolicy): Milliseconds {
  const { blockDuration, backoff, maxBlock } = policy;
  const duration = Math.ceil(Math.min(maxBlock, blockDuration * backoff ** Math.min(record.level, 64)));
  record.level++;
  record.blockedUntil = now + duration;
  record.levelUntil = record.blockedUntil + maxBlock;
  return duration;
}

/** Gives attempts back to the window they were made in, and ends the block that they have caused. */
export function giveBack(
  record: AttemptRecord,
  { count, now, maxAttempts }: { count: number; now: number; maxAttempts: number },
): void {
  record.count = Math.max(0, record.count - count);
  if (record.blockedUntil > now && record.count < maxAttempts) {
    record.blockedUntil = 0;
    record.level = Math.max(0, record.level - 1);
  }
  if (record.level === 0) record.levelUntil = 0;
}

/** Until when a record means something; one without attempts only as long as its block or level. */
export const endOf = (record: AttemptRecord, { window }: AttemptPolicy): number =>
  Math.max(record.count > 0 ? record.start + window : 0, record.levelUntil, record.blockedUntil);
