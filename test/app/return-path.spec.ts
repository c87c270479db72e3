import { describe, expect, it } from '@jest/globals';
import type { Request } from 'express';
import { pageOf, pathHere } from '../../src/pages/return.path.js';

/** Ways to name another site that a browser would go to, or something that is no path. */
const ELSEWHERE: readonly unknown[] = [
  'https://evil.example/',
  'http:evil.example',
  '//evil.example/',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r\n//evil.example',
  '/.//evil.example',
  '/a/..//evil.example',
  '/./\\evil.example',
  '/%2e//evil.example',
  ' //evil.example',
  '\0//evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  'account',
  '',
  '/'.repeat(3_000),
  undefined,
  null,
  7,
  ['/account'],
  { toString: () => '/account' },
];

describe('a path to lead back to', () => {
  it.each(['/', '/account/password', '/devices?done=one', '/a%2Fb?to=//evil.example', '/x/y?q=%0d%0a'])(
    'may be %s',
    (path) => {
      expect(pathHere(path)).toBe(path);
    },
  );

  it.each(ELSEWHERE)('is never of another site: %j', (named) => {
    expect(pathHere(named, '/account')).toBe('/account');
  });

  it('is what was asked for, or the page whose form was sent, if it is of this site', () => {
    const request = (method: string, originalUrl: string, headers: Record<string, string> = {}) => {
      const all: Record<string, string> = { host: 'shop.example', ...headers };
      return { method, originalUrl, get: (name: string) => all[name] } as unknown as Request;
    };
    const post = (referer: string) => pageOf(request('POST', '/devices/x/end', { referer }));
    expect(pageOf(request('GET', '/account/password?x=1'))).toBe('/account/password?x=1');
    expect(pageOf(request('GET', '//evil.example/account'))).toBe('/');
    expect(pageOf(request('POST', '/devices/x/end'))).toBe('/');
    expect(post('https://shop.example/devices?a=b#c')).toBe('/devices?a=b');
    expect(post('https://evil.example/devices')).toBe('/');
    expect(post('https://shop.example//evil.example/')).toBe('/');
    expect(post('no address')).toBe('/');
  });
});
