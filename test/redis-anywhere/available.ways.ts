/**
 * What this machine offers to the tests: a redis-server binary, a container engine, apt. Where something is missing its tests are
 * skipped, with the reason in their title and on stderr.
 */
import { it } from '@jest/globals';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { debianPrivateCopy } from '../../libs/redis-anywhere/src/debian.package.js';
import { findDockerEngine } from '../../libs/redis-anywhere/src/docker.engine.js';
import { type ServerBinary, findServerOnPath } from '../../libs/redis-anywhere/src/server.binary.js';

export const quiet = () => {};

/** The reason why there is none, or `undefined`. */
export type Missing = string | undefined;

/** A redis-server: the machine's own, else the private copy in the ordinary cache folder. */
export async function anyBinary(): Promise<ServerBinary | { missing: string }> {
  const onPath = await findServerOnPath(process.env);
  if (!('missing' in onPath)) return onPath;
  try {
    return await debianPrivateCopy({ env: process.env, onProgress: quiet });
  } catch (error) {
    return { missing: `${onPath.missing}; ${(error as Error).message}` };
  }
}

/** An environment in which the way by PATH finds `binary`: the machine's own, without REDIS_URL. */
export function onlyLocal(binary: ServerBinary | { missing: string }): Record<string, string | undefined> {
  const { REDIS_URL: _, REDIS_VIA: __, ...env } = process.env;
  if ('missing' in binary) return env;
  const PATH = [dirname(binary.command), env['PATH']].join(delimiter);
  return { ...env, LD_LIBRARY_PATH: binary.env['LD_LIBRARY_PATH'], PATH };
}

/** A folder that holds one command, which runs `binary` under the name `name`: a PATH with exactly one server on it. */
export function pathWith(
  name: string,
  binary: ServerBinary | { missing: string },
): { folder: string; env: Record<string, string>; remove(): void } {
  if ('missing' in binary) throw new Error(binary.missing);
  const folder = mkdtempSync(join(tmpdir(), 'redis-anywhere-test-path-'));
  const libraries = binary.env['LD_LIBRARY_PATH'] ?? '';
  const script = `#!/bin/sh\nLD_LIBRARY_PATH='${libraries}' exec '${binary.command}' "$@"\n`;
  writeFileSync(join(folder, name), script);
  chmodSync(join(folder, name), 0o755);
  return { folder, env: { PATH: folder }, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export async function dockerMissing(): Promise<Missing> {
  try {
    const engine = await findDockerEngine();
    await engine.provideImage('redis:8-alpine', quiet);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const told = new Set<string>();

/** `it`, or `it.skip` under a title that says why. The first one of a file with this reason says so on stderr too. */
export function itIf(missing: Missing, title: string, test: () => Promise<void>, timeout?: number): void {
  if (missing === undefined) return void it(title, test, timeout);
  if (!told.has(missing)) process.stderr.write(`SKIPPED tests in test/redis-anywhere, because ${missing}\n`);
  told.add(missing);
  it.skip(`${title} (SKIPPED, because ${missing})`, test);
}

/** Resolves as soon as `check` gives true; throws with `what` if that takes longer than `timeout` ms. */
export async function eventually(
  what: string,
  check: () => boolean | Promise<boolean>,
  timeout = 8_000,
): Promise<void> {
  const deadline = Date.now() + timeout;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`not within ${timeout} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
