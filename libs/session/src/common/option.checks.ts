import { inspect } from 'node:util';
import type { Milliseconds } from './durations.js';
import { InvalidOptionError } from './session.error.js';

/** Throws when an options object has a name that nobody reads: a misspelt option must not silently do nothing. */
export function checkNames(path: string, value: unknown, allowed: readonly string[]): void {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidOptionError(
      path,
      `must be an object with ${allowed.join(', ')}; it got ${show(value)}.`,
    );
  }
  for (const name of Object.keys(value)) {
    if (!allowed.includes(name)) {
      throw new InvalidOptionError(
        path === '' ? name : `${path}.${name}`,
        `does not exist. Allowed here: ${allowed.join(', ')}.`,
      );
    }
  }
}

/** A duration in whole or broken milliseconds, above zero and at most `max`. */
export function checkDuration(
  path: string,
  value: unknown,
  fallback: Milliseconds,
  max: Milliseconds = Number.MAX_SAFE_INTEGER,
): Milliseconds {
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0 || value > max) {
    throw new InvalidOptionError(
      path,
      `must be a number of milliseconds above 0${max < Number.MAX_SAFE_INTEGER ? ` and at most ${max}` : ''}; it got ${show(value)}. ` +
        'Use seconds(), minutes(), hours() or days(), for example minutes(30).',
    );
  }
  return value;
}

/** `true`, `false` or the default. */
export function checkBoolean(path: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value !== 'boolean') {
    throw new InvalidOptionError(path, `must be true or false; it got ${show(value)}.`);
  }
  return value;
}

/** One of a few words, or the default. */
export function checkWord<T>(path: string, value: unknown, allowed: readonly T[], fallback: T): T {
  if (value === undefined) return fallback;
  const found = allowed.find((word) => word === value);
  if (found === undefined) {
    throw new InvalidOptionError(
      path,
      `must be one of ${allowed.map((word) => show(word)).join(', ')}; it got ${show(value)}.`,
    );
  }
  return found;
}

/** A function, or the default. */
export function checkFunction<F extends (...args: never[]) => unknown>(
  path: string,
  value: F | undefined,
  fallback: F,
): F {
  if (value === undefined) return fallback;
  if (typeof value !== 'function')
    throw new InvalidOptionError(path, `must be a function; it got ${show(value)}.`);
  return value;
}

/** Text with at least one character, or the default. */
export function checkText(path: string, value: unknown, fallback: string): string {
  if (value === undefined) return fallback;
  if (typeof value !== 'string' || value === '') {
    throw new InvalidOptionError(path, `must be text with at least one character; it got ${show(value)}.`);
  }
  return value;
}

/** A wrong value as it appears in an error: short, on one line. Never call it with a secret. */
export function show(value: unknown): string {
  const text = inspect(value, { depth: 0, breakLength: Infinity });
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
