import { expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const library = new URL('../../libs/session/', import.meta.url);
const asModule = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

async function manifest() {
  return JSON.parse(await readFile(new URL('package.json', library), 'utf8'));
}

/** What a process prints that loads a built entry point and may not load those packages. */
async function load(entry: string, shown: string, forbidden: readonly string[]): Promise<string> {
  const hooks = asModule(`export function resolve(name, context, next) {
    if (${JSON.stringify(forbidden)}.includes(name)) throw new Error('asked for ' + name);
    return next(name, context);
  }`);
  const register = asModule(`import { register } from 'node:module'; register(${JSON.stringify(hooks)});`);
  const { exports } = await manifest();
  const file = new URL(exports[entry].default, library).href;
  const code = `const { ${shown} } = await import(${JSON.stringify(file)}); console.log(${shown}.name);`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    register,
    '--input-type=module',
    '--eval',
    code,
  ]);
  return stdout.trim();
}

it('the main entry point loads without the optional peers', async () => {
  const optional = Object.keys((await manifest()).peerDependenciesMeta);
  expect(optional).toEqual(
    expect.arrayContaining(['@nestjs/microservices', '@nestjs/websockets', '@opentelemetry/api']),
  );
  expect(await load('.', 'CrossOriginGuard', optional)).toBe('CrossOriginGuard');
});

it.each([
  ['.', 'SessionModule'],
  ['./analytics', 'SessionAnalyticsModule'],
  ['./testing', 'FakeClock'],
  ['./throttler', 'RedisThrottlerStorage'],
])('%s never loads @opentelemetry/api', async (entry, shown) => {
  expect(await load(entry, shown, ['@opentelemetry/api'])).toBe(shown);
});

it('./telemetry does, so that the above can tell', async () => {
  expect(await load('./telemetry', 'SessionTelemetryModule', [])).toBe('SessionTelemetryModule');
  await expect(load('./telemetry', 'SessionTelemetryModule', ['@opentelemetry/api'])).rejects.toThrow(
    'asked for @opentelemetry/api',
  );
});
