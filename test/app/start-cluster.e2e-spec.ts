import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { Browser } from '../support/browser.js';
import { isFor, sampleRoutes } from '../support/sample.routes.js';
import { SECRET } from '../support/test-app.js';
import { useCommand } from '../cli/session.command.js';
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
import { FOUND, type Tour, tourOf } from './feature.tour.js';

// Seven processes, and commands that are processes too.
jest.setTimeout(180_000);
const JSON_ONLY = { accept: 'application/json' };
const ALICE = { username: 'alice', password: 'alice-in-wonderland' };

const handlesIn = (lines: string): string[] =>
  lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).handle as string)
    .toSorted();

/** The node that a line names: `Redis: node-1     127.0.0.1:20188  primary  process 18079`. */
const NODE = /^Redis: (node-\d) +(127\.0\.0\.1:\d+) +(primary|replica) +process (\d+)$/gm;

describe('npm run start:cluster', () => {
  const { run } = useCommand();
  const { start } = useAppProcesses({ endAfter: 'file' });
  let app: AppProcess;
  let origin: string;
  let service: string;
  let nodes: RedisNode[];
  let tour: Tour;
  beforeAll(async () => {
    app = start({ SESSION_SECRET: SECRET, PROFILE_PORT: '0', REDIS_VIA: '' }, ['cluster']);
    ({ origin, service, nodes } = await topologyOf(app, NODE));
    tour = await tourOf(origin, 'carol');
  }, 180_000);

  /** What a node says of errors that it has answered, by their first word. */
  async function errorsAt(url: string): Promise<string[]> {
    const client = new Redis(url);
    const info = await client.info('errorstats');
    client.disconnect();
    return [...info.matchAll(/^errorstat_(\w+):/gm)].map(([, word = '']) => word);
  }

  it('says which nodes there are, with role and process, and how to see a failover', () => {
    expect(nodes.map(({ name, role }) => `${name} ${role}`)).toEqual([
      ...['node-1 primary', 'node-2 primary', 'node-3 primary'],
      ...['node-4 replica', 'node-5 replica', 'node-6 replica'],
    ]);
    expect(app.stdout).toContain(`Failover: kill -9 ${nodes[0]?.pid} ends node-1, one of 3 primaries;`);
  });

  it('asks every route that there is, and none is answered 5xx', () => {
    const asked = tour.visits.map(({ request }) => request);
    const forgotten = sampleRoutes().filter((route) => !asked.some((request) => isFor(route, request)));
    expect(forgotten).toEqual([]);
    const failed = tour.visits.filter(({ status, text }) => status >= 500 || text.includes('CROSSSLOT'));
    expect(failed).toEqual([]);
  });

  it('finds every feature at work', () => {
    expect(tour.found).toEqual(FOUND);
  });

  it('makes no node answer CROSSSLOT', async () => {
    const answered = await Promise.all(nodes.map(({ url }) => errorsAt(url)));
    expect(answered.flat()).not.toContain('CROSSSLOT');
    // The nodes do count: each was asked for a script that it had not got yet, or for a key of another one.
    expect(answered.flat().length).toBeGreaterThan(0);
  });

  it('keeps what lies beside the sessions on the Cluster too, and the profile service reads it there', async () => {
    const browser = new Browser(origin);
    await browser.post('/login', ALICE);
    const reader = new Browser(service);
    reader.cookie = browser.cookie;
    expect((await reader.get('/profile')).json).toMatchObject({ name: 'alice', city: 'Oxford' });
    expect((await reader.get('/health')).json.redis).toBe('up');
  });

  it('shows nothing of how to reach the nodes to others on the machine', () => {
    const commands = execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' }).split('\n');
    const ours = commands.filter((command) => /dist\/(profile-service\/)?main\.js/.test(command));
    expect(ours.length).toBeGreaterThan(1);
    expect(ours.join('\n')).not.toMatch(/REDIS|redis:|a-secret/);
  });

  it('shows the command every session, whichever node it is pointed at', async () => {
    const looks = await Promise.all(
      nodes.map(({ url }) => run(['sessions', 'list', '--json', '--redis', url])),
    );
    expect(looks.map(({ code }) => code)).toEqual(looks.map(() => 0));
    const handles = looks.map(({ stdout }) => handlesIn(stdout));
    for (const seen of handles) expect(seen).toEqual(handles[0]);
    const [first = ''] = handles[0] ?? [];
    const { url } = nodes[5]!;
    expect((await run(['sessions', 'show', first, '--redis', url])).code).toBe(0);
    expect((await run(['sessions', 'memory', '--redis', url])).stdout).toContain(`${handles[0]?.length}, `);
    const doctor = await run(['doctor', '--redis', url]);
    expect([doctor.code, doctor.stdout]).toEqual([0, '']);
    expect(doctor.stderr).toContain('(a Cluster of 3 primaries)');
    expect((await run(['sessions', 'revoke', first, '--redis', url])).code).toBe(0);
    const { stdout } = await run(['sessions', 'list', '--json', '--redis', url]);
    expect(handlesIn(stdout)).toEqual(handles[0]?.slice(1));
    expect((await Promise.all(nodes.map((node) => errorsAt(node.url)))).flat()).not.toContain('CROSSSLOT');
  });

  it('goes on when a primary is killed, and starts it again', async () => {
    const browsers = await Promise.all(
      // So many that each primary has some of them.
      Array.from({ length: 12 }, async () => {
        const browser = new Browser(origin);
        await browser.get('/', JSON_ONLY);
        return browser;
      }),
    );
    const { name, pid } = await copiedPrimary(nodes, 1);
    process.kill(pid, 'SIGKILL');
    const answers = await Promise.all(browsers.map((browser) => served(() => browser.get('/', JSON_ONLY))));
    // None has forgotten the visit before.
    expect(answers.map(({ status, json }) => [status, json.visitCount])).toEqual(
      browsers.map(() => [200, 2]),
    );
    await saysTakeover(app, name);
  });

  it('ends with Ctrl-C and leaves no node and no service behind', async () => {
    expect(await app.kill('SIGINT')).toMatchObject({ code: 0 });
    // What has not ended with the application is ended by the keeper, a moment later.
    for (const url of [origin, service, ...nodes.map((node) => node.url)]) while (await isListening(url));
  });
});
