import { expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const library = new URL('../../libs/session/', import.meta.url);
const asModule = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

it('the main entry point loads without the optional peers', async () => {
  const manifest = JSON.parse(await readFile(new URL('package.json', library), 'utf8'));
  const optional = Object.keys(manifest.peerDependenciesMeta);
  expect(optional).toEqual(
    expect.arrayContaining(['@nestjs/microservices', '@nestjs/terminus', '@nestjs/websockets']),
  );
  const hooks = asModule(`export function resolve(name, context, next) {
    if (${JSON.stringify(optional)}.includes(name)) throw new Error('asked for ' + name);
    return next(name, context);
  }`);
  const register = asModule(`import { register } from 'node:module'; register(${JSON.stringify(hooks)});`);
  const main = new URL('dist/index.js', library).href;
  const code = `const { CrossOriginGuard } = await import(${JSON.stringify(main)}); console.log(CrossOriginGuard.name);`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    register,
    '--input-type=module',
    '--eval',
    code,
  ]);
  expect(stdout.trim()).toBe('CrossOriginGuard');
});
