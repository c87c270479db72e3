import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { SECRET } from '../support/test-app.js';
import {
  type AppProcess,
  copiedPrimary,
  isListening,
  type RedisNode,
  saysTakeover,
  served,
  topologyOf,
  useAppProcesses,
} from './app.process.js';
import { FOUND, tourOf } from './feature.tour.js';

// Seven processes start, and are missed and found again.
jest.setTimeout(180_000);
const JSON_ONLY = { accept: 'application/json' };
/** `Redis: sentinel-1 127.0.0.1:11340  Sentinel process 19273`. */
const NODE = /^Redis: ([a-z]+-\d) +(127\.0\.0\.1:\d+) +(primary|replica|Sentinel) +process (\d+)$/gm;

describe('npm run start:sentinel', () => {
  const { start } = useAppProcesses({ endAfter: 'file' });
  let app: AppProcess;
  let origin: string;
  let service: string;
  let nodes: RedisNode[];
  beforeAll(async () => {
    app = start({ SESSION_SECRET: SECRET, PROFILE_PORT: '0', REDIS_VIA: '' }, ['sentinel']);
    ({ origin, service, nodes } = await topologyOf(app, NODE));
  }, 180_000);

  it('says which nodes there are, with role and process, and how to see a failover', () => {
    expect(nodes.map(({ name, role }) => `${name} ${role}`)).toEqual([
      ...['node-1 primary', 'node-2 replica', 'node-3 replica'],
      ...['sentinel-1 Sentinel', 'sentinel-2 Sentinel', 'sentinel-3 Sentinel'],
    ]);
    expect(app.stdout).toContain(`Failover: kill -9 ${nodes[0]?.pid} ends node-1, the primary;`);
  });

  it('has every feature at work, and none is answered 5xx', async () => {
    const { visits, found } = await tourOf(origin, 'carol');
    expect(visits.filter(({ status }) => status >= 500)).toEqual([]);
    expect(found).toEqual(FOUND);
  });

  it('goes on when the primary is killed, in the profile service too, and starts it again', async () => {
    const browser = new Browser(origin);
    await browser.post('/login', { username: 'alice', password: 'alice-in-wonderland' });
    const reader = new Browser(service);
    reader.cookie = browser.cookie;
    expect((await reader.get('/profile')).json).toMatchObject({ name: 'alice' });
    const { name, pid } = await copiedPrimary(nodes, 2);
    process.kill(pid, 'SIGKILL');
    expect((await served(() => browser.get('/me', JSON_ONLY))).json.user.name).toBe('alice');
    expect((await served(() => browser.get('/cart', JSON_ONLY))).status).toBe(200);
    expect((await served(() => reader.get('/profile'))).json).toMatchObject({ name: 'alice' });
    await saysTakeover(app, name);
  });

  it('starts a Sentinel again that was killed', async () => {
    process.kill(nodes.at(-1)!.pid, 'SIGKILL');
    const [, pid] = await app.says(/^Redis: sentinel-3 runs again, Sentinel, process (\d+)\. /m);
    expect(Number(pid)).not.toBe(nodes.at(-1)!.pid);
  });

  it('ends with SIGTERM and leaves no node and no service behind', async () => {
    expect(await app.kill('SIGTERM')).toMatchObject({ code: 0 });
    // What has not ended with the application is ended by the keeper, a moment later.
    for (const url of [origin, service, ...nodes.map((node) => node.url)]) while (await isListening(url));
  });

  it('leaves nothing behind either when it is ended while the nodes start', async () => {
    const other = start({ SESSION_SECRET: SECRET, REDIS_VIA: '' }, ['sentinel']);
    await other.says(/^Redis: starting a primary, two replicas and three Sentinels/m);
    expect(await other.kill('SIGINT')).toMatchObject({ code: 0, stderr: '' });
  });
});
