import type { ConnectionOptions } from 'node:tls';
import { InvalidOptionError, show } from '../common/index.js';

/** That it is a URL of Redis. Its value is not shown: a misspelt one may still hold a password. */
export function checkUrl(url: unknown): void {
  const protocol = typeof url === 'string' && URL.canParse(url) ? new URL(url).protocol : undefined;
  if (protocol !== 'redis:' && protocol !== 'rediss:') {
    throw new InvalidOptionError(
      'redis.url',
      'must look like redis://127.0.0.1:6379 or rediss://user:password@host:6380/0; what it got does not.',
    );
  }
}

/** Addresses as objects. Texts are not shown either: somebody may have written a URL with a password. */
export function checkAddresses(
  path: string,
  given: unknown,
  defaultPort: number,
): { host: string; port: number }[] | undefined {
  if (given === undefined) return undefined;
  if (!Array.isArray(given) || given.length === 0) {
    throw new InvalidOptionError(
      path,
      `must be a list with at least one address, such as 'host:${defaultPort}'.`,
    );
  }
  return given.map((one: unknown, index) => {
    const address = typeof one === 'string' ? addressIn(one) : one;
    const complete: unknown = typeof address === 'object' ? { port: defaultPort, ...address } : undefined;
    if (isAddress(complete)) return complete;
    throw new InvalidOptionError(
      `${path}[${index}]`,
      `must be 'host:${defaultPort}' or { host, port } with a port from 1 to 65535; what it got is not. User, password and TLS are options beside it.`,
    );
  });
}

/** `host`, `host:port`, `[::1]:port`. */
function addressIn(text: string): { host: string; port?: number } | undefined {
  const [, bracketed, plain, port] = /^(?:\[([\da-f:.]+)\]|([^\s:/@[\]]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) return undefined;
  return port === undefined ? { host } : { host, port: Number(port) };
}

/** That those credentials which are given are text with at least one character. Never shown. */
export function checkCredentials(byName: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(byName)) {
    if (value === undefined || (typeof value === 'string' && value !== '')) continue;
    throw new InvalidOptionError(
      `redis.${name}`,
      'must be text with at least one character; leave it out if there is none.',
    );
  }
}

/** Node's TLS options, `{}` for `true`, nothing for `false`. */
export function checkTls(path: string, given: unknown): ConnectionOptions | undefined {
  if (given === undefined || given === false) return undefined;
  if (given === true) return {};
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given;
  // Not shown: it may be a private key.
  throw new InvalidOptionError(
    path,
    'must be true, false or an object with the TLS options of Node, such as { ca }.',
  );
}

/** That it is a function or an object of addresses. */
export function checkNatMap(given: unknown): void {
  if (typeof given === 'function') return;
  if (typeof given === 'object' && given !== null && Object.values(given).every(isAddress)) return;
  throw new InvalidOptionError(
    'redis.natMap',
    `must be an object such as { '10.0.0.1:6379': { host: 'localhost', port: 16379 } }, or a function that gives { host, port }; it got ${show(given)}.`,
  );
}

function isAddress(value: unknown): value is { host: string; port: number } {
  const { host, port } = (value ?? {}) as { host?: unknown; port?: unknown };
  const isPort = typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535;
  return typeof host === 'string' && host !== '' && isPort;
}
