import { describe, expect, it } from '@jest/globals';
import {
  examineRedis,
  type Finding,
  type RedisFacts,
  type SentinelFacts,
  type ServerFacts,
} from '../../libs/session/src/doctor/index.js';
import { ALONE as alone, SERVER as server } from '../support/redis.facts.js';

const production = { production: true };
const development = { production: false };
const said = (findings: readonly Finding[]) => findings.map(({ code, severity }) => `${severity} ${code}`);

it('durability that asks for more replicas than are in step is an error, wherever this runs', () => {
  const of = (replicas: number | undefined, durableReplicas: number | undefined) =>
    examineRedis({ ...alone, servers: [{ ...server, replicas }], durableReplicas }, development);
  expect(said(of(1, 2))).toEqual([expect.stringMatching(/REDIS_DURABILITY$/)]);
  expect(of(1, 2)[0]!.message).toMatch(/asks for 2 replicas and 1 is in step/);
  for (const [replicas, asked] of [
    [2, 2],
    [0, undefined],
    [undefined, 2],
  ] as const)
    expect(of(replicas, asked)).toEqual([]);
});

describe('an examined Cluster', () => {
  const node: ServerFacts = {
    ...server,
    cluster: { isUp: true, servedSlots: 16_384, needsAllSlots: false },
  };
  const [second, third] = [
    { ...node, address: '10.0.0.2:6379' },
    { ...node, address: '10.0.0.3:6379' },
  ];
  const of = (servers: RedisFacts['servers'], where = production) =>
    examineRedis({ ...alone, topology: 'cluster', servers }, where);
  const view = { isUp: true, servedSlots: 16_384, needsAllSlots: false };

  it('of which all is well leaves nothing to say', () => {
    expect(of([node, second, third])).toEqual([]);
  });

  it.each<[string, Partial<ServerFacts>]>([
    ['error REDIS_EVICTS_SESSIONS', { evictionPolicy: 'allkeys-lru' }],
    ['error REDIS_NO_PASSWORD', { isOpen: true }],
    ['warning REDIS_NO_TLS', { isEncrypted: false }],
    ['error REDIS_TOO_OLD', { version: '6.0.16' }],
    ['warning REDIS_NO_PERSISTENCE', { isPersistent: false }],
    ['warning REDIS_NO_REPLICA', { replicas: 0 }],
  ])('says %s of one primary that is not as the others, and which one it is', (code, change) => {
    const found = of([node, second, { ...third, ...change }]);
    expect(said(found)).toEqual([code]);
    expect(found[0]!.message).toMatch(/^10\.0\.0\.3:6379: /);
    const all = of([
      { ...node, ...change },
      { ...second, ...change },
      { ...third, ...change },
    ]);
    expect(said(all)).toEqual([code]);
    expect(all[0]!.message).toMatch(/^Every primary: /);
  });

  it('that is down, or has slots without a primary, is an error', () => {
    const broken = { ...view, isUp: false, servedSlots: 10_923 };
    const found = of([{ ...node, cluster: broken }, second]);
    expect(said(found)).toEqual(['error CLUSTER_DOWN', 'error CLUSTER_SLOTS_MISSING']);
    expect(found[0]!.message).toMatch(/^10\.0\.0\.1:6379: cluster_state is fail/);
    expect(found[1]!.message).toMatch(/^5,461 of 16,384 slots are served by nobody/);
    expect(said(of([{ ...node, cluster: broken }, second], development))).toEqual([
      'warning CLUSTER_DOWN',
      'warning CLUSTER_SLOTS_MISSING',
    ]);
  });

  it('that stops as a whole with one shard is told in production', () => {
    const strict = { ...node, cluster: { ...view, needsAllSlots: true } };
    expect(said(of([node, strict]))).toEqual(['warning CLUSTER_FULL_COVERAGE']);
    expect(of([strict], development)).toEqual([]);
  });

  it('that tells nothing about itself is not judged', () => {
    const nothing = { isUp: undefined, servedSlots: undefined, needsAllSlots: undefined };
    expect(of([{ ...node, cluster: nothing }])).toEqual([]);
  });
});

describe('examined Sentinels', () => {
  const three: SentinelFacts = {
    known: 3,
    reached: ['10.0.0.4:26379', '10.0.0.5:26379', '10.0.0.6:26379'],
    silent: [],
    quorum: 2,
    isOpen: false,
    isLocal: false,
    isEncrypted: true,
  };
  const of = (
    change: Partial<SentinelFacts>,
    { where = production, primary = {} }: { where?: typeof production; primary?: Partial<ServerFacts> } = {},
  ) =>
    examineRedis(
      {
        ...alone,
        topology: 'sentinel',
        servers: [{ ...server, leastReplicas: 1, ...primary }],
        sentinels: { ...three, ...change },
      },
      where,
    );
  const [first = '', second = '', third = ''] = three.reached;
  const onlyTwo = { reached: [first, second], silent: [third] };

  it('of which all is well leave nothing to say', () => {
    expect(of({})).toEqual([]);
    const five = [...three.reached, '10.0.0.7:26379', '10.0.0.8:26379'];
    expect(of({ known: 5, reached: five, quorum: 3 })).toEqual([]);
  });

  it.each<[string, Partial<SentinelFacts>, RegExp]>([
    ['warning SENTINELS_TOO_FEW', { known: 2, reached: [first, second] }, /^Only 2 Sentinels watch the/],
    ['warning SENTINELS_TOO_FEW', onlyTwo, /^Of 3 Sentinels 2 answer \(no answer from 10\.0\.0\.6:26379\)/],
    ['warning SENTINEL_QUORUM', { quorum: 1 }, /^The quorum is 1 of 3/],
    ['warning SENTINEL_QUORUM', { quorum: 3 }, /^The quorum is 3 of 3/],
    ['error SENTINEL_QUORUM', { quorum: 4 }, /^3 Sentinels answer, and it takes 4/],
    ['error SENTINEL_NO_PASSWORD', { isOpen: true }, /named as the primary/],
    ['warning REDIS_NO_TLS', { isEncrypted: false }, /^The Sentinels are on another machine/],
  ])('say %s of %j', (code, change, words) => {
    const found = of(change);
    expect(said(found)).toContain(code);
    expect(found.find((one) => said([one])[0] === code)!.message).toMatch(words);
    expect(found).toHaveLength(1);
  });

  it('of which most are gone say that there will be no failover', () => {
    const found = of({ reached: [first], silent: [second, third] });
    expect(said(found)).toEqual(['warning SENTINELS_TOO_FEW', 'error SENTINEL_QUORUM']);
    expect(found[1]!.message).toMatch(/^1 Sentinel answers, .* 2 of 3 to name another one: there will be no/);
    expect(said(of({ known: 1, reached: [first], quorum: 1 }))).toEqual(['warning SENTINELS_TOO_FEW']);
  });

  it('say what a primary that writes without replicas can lose', () => {
    expect(said(of({}, { primary: { leastReplicas: 0 } }))).toEqual(['warning REDIS_MIN_REPLICAS']);
    expect(of({}, { primary: { leastReplicas: undefined } })).toEqual([]);
    const lonely = of({}, { primary: { replicas: 0 } });
    expect(said(lonely)).toEqual(['warning REDIS_NO_REPLICA']);
    expect(lonely[0]!.message).toContain('nobody can take over');
  });

  it('on the loopback of a developer stay quiet about what only production needs', () => {
    const bare = { known: 1, reached: ['127.0.0.1:26379'], isOpen: true, isLocal: true, isEncrypted: false };
    expect(of(bare, { where: development, primary: { leastReplicas: 0, replicas: 0 } })).toEqual([]);
    expect(said(of(bare))).toEqual(['warning SENTINELS_TOO_FEW', 'error SENTINEL_QUORUM']);
  });

  it('that let nobody ask are not judged', () => {
    expect(of({ known: 0, reached: [], silent: [first], quorum: undefined, isOpen: undefined })).toEqual([]);
  });
});

describe('a client that reads from replicas', () => {
  it('is an error in either topology, and told once', () => {
    const facts = { ...alone, readsReplicas: true, servers: [{ ...server, isReplica: true }] as const };
    expect(said(examineRedis({ ...facts, topology: 'cluster' }, production))).toEqual([
      'error REDIS_READS_REPLICAS',
    ]);
    expect(said(examineRedis({ ...facts, topology: 'sentinel' }, development))).toEqual([
      'warning REDIS_READS_REPLICAS',
    ]);
  });
});
