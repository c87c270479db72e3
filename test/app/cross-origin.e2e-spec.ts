import { beforeEach, expect, it } from '@jest/globals';
import { rawRequest } from '../support/raw-request.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { type SampleApp, useSampleApps } from '../support/sample.app.js';

const FOREIGN = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
const ALICE = new URLSearchParams({ username: 'alice', password: 'alice-in-wonderland' });

const redis = useRedis();
const start = useSampleApps(() => redis.url);
let app: SampleApp;
beforeEach(async () => {
  app = await start();
});

it('a login that another site sent is refused with 403 CROSS_ORIGIN, and nobody is logged in', async () => {
  const { status, json, headers } = await rawRequest(`${app.origin}/login`, 'POST', FOREIGN);
  expect([status, json]).toEqual([
    403,
    {
      statusCode: 403,
      code: 'CROSS_ORIGIN',
      message: 'This request came from another site and was refused.',
    },
  ]);
  expect(headers['set-cookie']).toBeUndefined();
  expect(headers['vary']).toBe('Sec-Fetch-Site, Origin, Accept');
});

it('a form of another site gets a page that says so', async () => {
  const browser = new Browser(app.origin);
  const { status, headers, text } = await browser.fetch('/login', {
    method: 'POST',
    headers: { accept: 'text/html,*/*;q=0.8', ...FOREIGN },
    body: ALICE,
  });
  expect([status, headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8']);
  expect(text).toContain('<h1>Forbidden</h1>');
  expect(text).toContain('This request came from another site and was refused.');
  expect(browser.cookie).toBeUndefined();
});

it('the form of the site itself logs in', async () => {
  const { status } = await new Browser(app.origin).fetch('/login', {
    method: 'POST',
    headers: { accept: 'text/html', origin: app.origin },
    body: ALICE,
  });
  expect(status).toBe(303);
});
