import ipaddr from 'ipaddr.js';

/**
 * The network that an address is in, so that a list of sessions tells home from abroad without keeping who was where: the first 24
 * bits of IPv4, "203.0.113.0/24", the first 48 of IPv6, "2001:db8:abcd::/48". IPv4 written as IPv6 is IPv4; the
 * machine's own addresses are "loopback".
 *
 * @param address in the usual way of writing; what follows `%` is not looked at
 * @returns `undefined` for what is no address, whatever it is; never throws
 */
export function networkOf(address: unknown): string | undefined {
  if (typeof address !== 'string') return undefined;
  const [written = ''] = address.split('%', 1);
  // Not every text that ipaddr.js accepts: "1" would be 0.0.0.1.
  if (!ipaddr.IPv4.isValidFourPartDecimal(written) && !ipaddr.IPv6.isValid(written)) return undefined;
  const parsed = ipaddr.process(written);
  if (parsed.range() === 'loopback') return 'loopback';
  if (parsed instanceof ipaddr.IPv4) {
    return `${ipaddr.IPv4.networkAddressFromCIDR(`${parsed.toString()}/24`).toString()}/24`;
  }
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/48`).toRFC5952String()}/48`;
}
