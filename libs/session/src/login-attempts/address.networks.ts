import { BlockList, isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { InvalidOptionError, show } from '../common/index.js';

/** An address as it is counted. */
export interface CountedAddress {
  /** "203.0.113.7", "2001:db8:0:ab00::/56", or "unknown". */
  readonly network: string;
  /** What the lists say of it. */
  readonly listed?: 'allowed' | 'denied';
}

/** What an address that cannot be read counts as; never uncounted, or writing nonsense into a header would pass the limit. */
const UNKNOWN: CountedAddress = { network: 'unknown' };

/** Some proxies write the client's port into X-Forwarded-For. */
const WITH_PORT = /^(?:([\d.]+)|\[([^\]]+)\]):\d+$/;

/** Which addresses count as one, and which are on a list. */
export class AddressNetworks {
  private readonly allowed: BlockList | undefined;
  private readonly denied: BlockList | undefined;
  private readonly prefix: number;

  /** @throws InvalidOptionError */
  constructor({ ipv6Prefix, allow, deny }: { ipv6Prefix: number; allow?: unknown; deny?: unknown }) {
    this.prefix = ipv6Prefix;
    this.allowed = listOf('loginAttempts.allow', allow);
    this.denied = listOf('loginAttempts.deny', deny);
  }

  /** @param given as an HTTP adapter gives it; IPv4 written as IPv6 is IPv4; a port, and what follows `%`, is not looked at */
  of(given: string | undefined): CountedAddress {
    if (given === undefined) return UNKNOWN;
    const address = WITH_PORT.exec(given)?.slice(1).join('') ?? given;
    if (isIPv4(address)) return this.listed(address, address, 'ipv4');
    if (!isIPv6(address)) return UNKNOWN;
    const parsed = ipaddr.process(address.split('%', 1).join(''));
    if (parsed instanceof ipaddr.IPv4) return this.listed(parsed.toString(), parsed.toString(), 'ipv4');
    const text = parsed.toNormalizedString();
    const start = ipaddr.IPv6.networkAddressFromCIDR(`${text}/${this.prefix}`).toRFC5952String();
    return this.listed(this.prefix === 128 ? start : `${start}/${this.prefix}`, text, 'ipv6');
  }

  private listed(network: string, address: string, family: 'ipv4' | 'ipv6'): CountedAddress {
    if (this.denied?.check(address, family) === true) return { network, listed: 'denied' };
    if (this.allowed?.check(address, family) === true) return { network, listed: 'allowed' };
    return { network };
  }
}

function listOf(path: string, networks: unknown): BlockList | undefined {
  if (networks === undefined) return undefined;
  if (!Array.isArray(networks)) {
    throw new InvalidOptionError(
      path,
      `must be a list of addresses and networks such as '10.0.0.0/8'; it got ${show(networks)}.`,
    );
  }
  const list = new BlockList();
  for (const network of networks as unknown[]) add(list, path, network);
  return networks.length === 0 ? undefined : list;
}

function add(list: BlockList, path: string, network: unknown): void {
  const [address = '', prefix, ...rest] = typeof network === 'string' ? network.split('/') : [];
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
  const bits = prefix === undefined ? undefined : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  const most = family === 'ipv4' ? 32 : 128;
  if (family === undefined || rest.length > 0 || (bits !== undefined && !(bits <= most))) {
    throw new InvalidOptionError(
      path,
      `must hold addresses and networks such as '10.0.0.0/8' or '2001:db8::/32'; it got ${show(network)}.`,
    );
  }
  if (bits === undefined) list.addAddress(address, family);
  else list.addSubnet(address, bits, family);
}
