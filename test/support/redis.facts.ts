import type { RedisFacts, ServerFacts } from '../../libs/session/src/doctor/index.js';

/** What a server says of itself of which all is well. */
export const SERVER: ServerFacts = {
  address: '10.0.0.1:6379',
  isLocal: false,
  isEncrypted: true,
  isOpen: false,
  product: 'Redis',
  version: '7.2.4',
  isReplica: false,
  replicas: 1,
  usedMemory: 500_000,
  evictionPolicy: 'noeviction',
  maxMemory: 1_000_000,
  isPersistent: true,
  leastReplicas: undefined,
  cluster: undefined,
  unreadable: [],
};
/** One that stands alone. */
export const ALONE: RedisFacts = {
  topology: 'server',
  servers: [SERVER],
  sentinels: undefined,
  readsReplicas: false,
  unreadable: [],
};
