// Results of earlier runs are kept, each part with its date and machine, so that a long part need not be measured again to write
// the page anew.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machine } from '../report.parts.js';

const FILE = fileURLToPath(new URL('../../node_modules/.cache/bench/requests.json', import.meta.url));

export const readResults = () => (existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {});

/** Keeps one part. @returns all parts */
export function keepResult(part, result, { redis }) {
  const all = {
    ...readResults(),
    [part]: { result, redis, machine: machine(), date: new Date().toISOString().slice(0, 10) },
  };
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, JSON.stringify(all));
  return all;
}
