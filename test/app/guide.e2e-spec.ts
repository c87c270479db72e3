import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { GUIDE } from '../../src/guide/guide.rows.js';
import { Browser } from '../support/browser.js';
import { routesOf } from '../support/generated.requests.js';
import { useProfileService } from '../support/profile.service.js';
import { useRedis } from '../support/redis.js';
import { useSampleApps } from '../support/sample.app.js';

/** What the guide has, in its own order. */
const TOPICS = [
  ...['State between requests'],
  ...['Performance', 'Scalability', 'Persistence', 'Automatic expiration', 'Data structure flexibility'],
  ...['How session storage works'],
  ...['Node.js implementation', 'Python implementation', 'Examining Redis session data'],
  ...['Pattern 1', 'Pattern 2', 'Pattern 3'],
  ...['Session size', 'Connection pooling', 'Serialization'],
  ...['Secure and HttpOnly', 'Strong secrets', 'Regeneration after login'],
  ...['Shopping cart', 'MONITOR, TTL, INFO memory'],
  ...['Exercise 1', 'Exercise 2', 'Exercise 3', 'Exercise 4', 'Exercise 5'],
];

describe('the table of the guide', () => {
  const redis = useRedis();
  const start = useSampleApps(() => redis.url);
  const site = useProfileService(redis);

  it('has every chapter, pattern and exercise', () => {
    expect(GUIDE.map(({ topic }) => topic)).toEqual(
      TOPICS.map((topic) => expect.stringMatching(new RegExp(`^${topic}(:|$)`))),
    );
  });

  it('stands in docs/guide.md, word for word', () => {
    const { status, stderr } = spawnSync(process.execPath, ['tools/guide-page.js'], { encoding: 'utf8' });
    expect([stderr, status]).toEqual(['', 0]);
  });

  it.each(GUIDE.map((row) => [row.topic, row] as const))(
    'names files and tests that are there: %s',
    (_, row) => {
      expect([...row.files, ...row.tests].filter((file) => !existsSync(file))).toEqual([]);
      expect(row.tests.length).toBeGreaterThan(0);
    },
  );

  it('names routes that are there, and pages that answer with a page and with JSON', async () => {
    const { app, origin } = await start({ profileServiceUrl: () => site.service });
    const there = routesOf(app).map(({ method, path }) => `${method} ${path}`);
    const named = GUIDE.flatMap(({ routes }) => routes).filter((route) => /^[A-Z]+ \/\S*$/.test(route));
    expect(named.filter((route) => !there.includes(route))).toEqual([]);

    const admin = new Browser(origin);
    await admin.post('/login', { username: 'admin', password: 'admin-of-all-things' });
    for (const page of new Set(GUIDE.flatMap((row) => row.page ?? []))) {
      const anybody = new Browser(origin);
      const isForAnybody = (await anybody.get(page)).status !== 401;
      const browser = isForAnybody ? anybody : admin;
      const html = await browser.get(page, { accept: 'text/html' });
      // The form in several steps leads to the first one.
      const leadsTo = html.headers.get('location');
      const shown = leadsTo === null ? html : await browser.get(leadsTo, { accept: 'text/html' });
      expect([page, shown.status, shown.text.includes('<h1>')]).toEqual([page, 200, true]);
      const json = await browser.get(page, { accept: 'application/json' });
      expect([page, json.status, typeof json.json]).toEqual([page, 200, 'object']);
    }
  });
});
