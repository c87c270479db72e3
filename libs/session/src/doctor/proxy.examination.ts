import type { IncomingHttpHeaders } from 'node:http';
import { type Environment, type Finding, finding } from './finding.js';

/** Whom the HTTP adapter believes what a proxy says of the client: nobody, those it was told of, or anybody. */
export type ProxyTrust = 'nobody' | 'some' | 'anybody';

/** What the doctor needs of a Nest HTTP adapter. */
interface AdapterLike {
  getType(): string;
  getInstance(): unknown;
}

/**
 * The adapter's setting: Express's `trust proxy`, Fastify's `trustProxy`.
 *
 * @returns `undefined` if this adapter does not tell
 */
export function proxyTrustOf(adapter: AdapterLike): ProxyTrust | undefined {
  const instance = adapter.getInstance();
  if (typeof instance !== 'object' && typeof instance !== 'function') return undefined;
  if (instance === null) return undefined;
  if (adapter.getType() === 'express') return trustIn(settingOf(instance));
  if (adapter.getType() !== 'fastify') return undefined;
  const option = fastifyOptionOf(instance);
  // A number of proxies cannot be checked against the one that calls, so Fastify believes nobody then.
  return typeof option === 'number' ? 'nobody' : trustIn(option);
}

/** What the adapter's setting says by itself. */
export function examineTrust(trust: ProxyTrust | undefined, where: Environment): Finding[] {
  if (trust !== 'anybody') return [];
  return [
    finding(
      'TRUST_PROXY_ALL',
      'The adapter trusts every proxy (true), so any client may write any address into X-Forwarded-For and pass every limit that counts addresses.',
      where,
    ),
  ];
}

/** What the headers of a request say, where the adapter trusts nobody. */
export function examineHeaders(headers: IncomingHttpHeaders, where: Environment): Finding | undefined {
  const header = ['x-forwarded-for', 'x-forwarded-proto'].find((name) => headers[name] !== undefined);
  if (header === undefined) return undefined;
  return finding(
    'PROXY_NOT_TRUSTED',
    `A request came with ${header}, and the adapter trusts no proxy: cookies work, but every client has the proxy's address ` +
      '(one limit and one place in the list of devices for all), and the host that the browser asked for is not known to the cross-origin check.',
    where,
  );
}

function trustIn(value: unknown): ProxyTrust {
  if (value === true) return 'anybody';
  return value === undefined || value === null || value === false || value === 0 || value === ''
    ? 'nobody'
    : 'some';
}

/** Express keeps a setting under its name and gives it back as it was set. */
function settingOf(instance: object): unknown {
  const settings: unknown = Reflect.get(instance, 'settings');
  return typeof settings === 'object' && settings !== null ? Reflect.get(settings, 'trust proxy') : undefined;
}

/** Fastify's `initialConfig` leaves this option out; the options themselves stand under a symbol of its own. */
function fastifyOptionOf(instance: object): unknown {
  const key = Object.getOwnPropertySymbols(instance).find(
    ({ description }) => description === 'fastify.options',
  );
  const options: unknown = key === undefined ? undefined : Reflect.get(instance, key);
  return typeof options === 'object' && options !== null ? Reflect.get(options, 'trustProxy') : undefined;
}
