/** How much a finding matters: an `error` breaks a promise of this library or of OWASP ASVS, a `warning` may be on purpose. */
export type FindingSeverity = 'error' | 'warning';

/** One thing about an application or its Redis that should be otherwise. */
export interface Finding {
  /** Stable, for `doctor.ignore` and for programs. */
  readonly code: FindingCode;
  /** Outside production everything is a `warning`. */
  readonly severity: FindingSeverity;
  /** What was found and what follows from it, in one sentence. Never holds a secret, a password or a session's data. */
  readonly message: string;
  /** What to do, in one sentence. */
  readonly remedy: string;
  /** Number of the requirement in OWASP ASVS 5.0, such as `3.3.1`. */
  readonly asvs?: string;
  /** Where it is explained: a path in the repository, with the section. */
  readonly page: string;
}

/** What stays the same of every finding with a code. */
interface Entry {
  readonly inProduction: FindingSeverity;
  readonly remedy: string;
  readonly asvs?: string;
}

const CATALOGUE = {
  COOKIE_NOT_SECURE: {
    inProduction: 'error',
    remedy: 'Leave out cookie.secure, or set it to true.',
    asvs: '3.3.1',
  },
  COOKIE_NOT_HTTP_ONLY: {
    inProduction: 'error',
    remedy: 'Leave out cookie.httpOnly, or set it to true.',
    asvs: '3.3.4',
  },
  COOKIE_NO_PREFIX: {
    inProduction: 'error',
    remedy: 'Leave out cookie.name, or let it begin with __Host- (with cookie.domain: __Secure-).',
    asvs: '3.3.1',
  },
  COOKIE_DOMAIN: {
    inProduction: 'warning',
    remedy: 'Leave out cookie.domain unless the other hosts need the session and are trusted like this one.',
    asvs: '3.3.3',
  },
  COOKIE_SAME_SITE_NONE: {
    inProduction: 'warning',
    remedy: 'Use "lax" unless pages of other sites have to send the session along.',
    asvs: '3.3.2',
  },
  SECRET_SHORT: {
    inProduction: 'warning',
    remedy: 'Take it out of the list as soon as the sessions that it signed have ended.',
    asvs: '11.5.1',
  },
  SECRET_NOT_RENEWED: {
    inProduction: 'warning',
    remedy: 'Leave out session.renewAfter, or set it to minutes(15).',
    asvs: '7.1.1',
  },
  PLAIN_IDS: {
    inProduction: 'warning',
    remedy: 'Leave out session.idFormat once no service with express-session shares these sessions.',
    asvs: '16.2.5',
  },
  IDLE_TIMEOUT_LONG: {
    inProduction: 'warning',
    remedy: 'Lower session.idleTimeout, or write down why not and ignore this code.',
    asvs: '7.3.1',
  },
  ABSOLUTE_TIMEOUT_LONG: {
    inProduction: 'warning',
    remedy: 'Lower session.absoluteTimeout, or write down why not and ignore this code.',
    asvs: '7.3.2',
  },
  LOGIN_ATTEMPTS_OFF: {
    inProduction: 'error',
    remedy: 'Leave out loginAttempts: false, or limit attempts elsewhere and ignore this code.',
    asvs: '6.3.1',
  },
  LOGIN_SECRET_DERIVED: {
    inProduction: 'warning',
    remedy: 'Give loginAttempts.secret a value of its own before the oldest entry of secret is removed.',
    asvs: '6.1.1',
  },
  TRUST_PROXY_ALL: {
    inProduction: 'error',
    remedy: "Name the proxies by their addresses or networks, such as 'loopback, 10.0.0.0/8'.",
    asvs: '4.1.3',
  },
  PROXY_NOT_TRUSTED: {
    inProduction: 'error',
    remedy:
      "Tell the adapter where the proxy is: app.set('trust proxy', '10.0.0.0/8') on Express, trustProxy: '10.0.0.0/8' on Fastify.",
    asvs: '15.3.4',
  },
  ROUTE_NOT_GUARDED: {
    inProduction: 'error',
    remedy:
      'Add @UseGuards(RolesGuard) to them, or { provide: APP_GUARD, useClass: RolesGuard } to the providers of a module; likewise FreshLoginGuard and LoginAttemptGuard.',
    asvs: '8.3.1',
  },
  REDIS_EVICTS_SESSIONS: {
    inProduction: 'error',
    remedy: 'Give sessions a Redis of their own with maxmemory-policy noeviction.',
    asvs: '16.5.2',
  },
  REDIS_NO_PASSWORD: {
    inProduction: 'error',
    remedy: 'Set a password (requirepass, or a user of its own in the ACL) and put it into the URL.',
    asvs: '13.2.1',
  },
  REDIS_NO_TLS: {
    inProduction: 'warning',
    remedy: 'Use rediss:// in the URL, or ignore this code if the network between the two is encrypted.',
    asvs: '12.3.1',
  },
  REDIS_TOO_OLD: {
    inProduction: 'error',
    remedy: 'Upgrade to Redis 6.2 or later, or to any Valkey.',
  },
  REDIS_IS_REPLICA: {
    inProduction: 'error',
    remedy: 'Connect to the primary, or through Sentinel, which knows it.',
  },
  REDIS_NO_PERSISTENCE: {
    inProduction: 'warning',
    remedy: 'Set appendonly yes.',
  },
  REDIS_NO_REPLICA: {
    inProduction: 'warning',
    remedy: 'Add a replica, with Sentinel or a Cluster to fail over to it.',
  },
  REDIS_DURABILITY: {
    inProduction: 'error',
    remedy: 'Add replicas, or ask for fewer in redis.durability.replicas.',
  },
  REDIS_READS_REPLICAS: {
    inProduction: 'error',
    remedy:
      "Give this module a client that asks primaries only: scaleReads: 'master' on a Cluster, role: 'master' behind Sentinels.",
    asvs: '7.4.1',
  },
  REDIS_MIN_REPLICAS: {
    inProduction: 'warning',
    remedy:
      'Set min-replicas-to-write 1 and min-replicas-max-lag 10 on every server that may become the primary.',
    asvs: '7.4.1',
  },
  SENTINELS_TOO_FEW: {
    inProduction: 'warning',
    remedy:
      'Run at least three Sentinels, on machines that fail apart, and let this application reach all of them.',
  },
  SENTINEL_QUORUM: {
    inProduction: 'error',
    remedy:
      'Set the quorum to the majority of the Sentinels (SENTINEL SET <name> quorum 2 for three), and start those that are down.',
  },
  SENTINEL_NO_PASSWORD: {
    inProduction: 'error',
    remedy: 'Set requirepass in the configuration of the Sentinels, and redis.sentinelPassword here.',
    asvs: '13.2.1',
  },
  CLUSTER_DOWN: {
    inProduction: 'error',
    remedy:
      'Look at CLUSTER NODES for what is failing, start those nodes, or repair with redis-cli --cluster fix.',
  },
  CLUSTER_SLOTS_MISSING: {
    inProduction: 'error',
    remedy: 'Start the primary or a replica of those slots, or give them away with redis-cli --cluster fix.',
  },
  CLUSTER_FULL_COVERAGE: {
    inProduction: 'warning',
    remedy: 'Set cluster-require-full-coverage no on every node.',
  },
} as const satisfies Record<string, Entry>;

/** The stable name of a kind of finding. */
export type FindingCode = keyof typeof CATALOGUE;

const PAGE = 'docs/doctor.md';

/** Every code there is. */
export const FINDING_CODES: readonly FindingCode[] = Object.keys(CATALOGUE).filter(isFindingCode);

/** Whether a text is a code. */
export function isFindingCode(text: string): text is FindingCode {
  return Object.hasOwn(CATALOGUE, text);
}

/** Where the application runs. */
export interface Environment {
  /** Whether `NODE_ENV` is "production". */
  readonly production: boolean;
}

/**
 * A finding of a kind, said of this application.
 *
 * @param how.atMost lowers the severity where the same thing does less harm
 */
export function finding(
  code: FindingCode,
  message: string,
  { production, atMost = 'error' }: Environment & { atMost?: FindingSeverity },
): Finding {
  const { inProduction, ...entry }: Entry = CATALOGUE[code];
  const isError = production && atMost === 'error' && inProduction === 'error';
  return {
    code,
    severity: isError ? 'error' : 'warning',
    message,
    ...entry,
    page: `${PAGE}#${code.toLowerCase()}`,
  };
}

/** One line for a log: `CODE: sentence Remedy. (ASVS 3.3.1, docs/doctor.md#code)`. */
export function lineOf({ code, message, remedy, asvs, page }: Finding): string {
  return `${code}: ${message} ${remedy} (${asvs === undefined ? '' : `ASVS ${asvs}, `}${page})`;
}
