/** What a request says about where it comes from. */
export interface RequestOrigin {
  /** `Sec-Fetch-Site`: set by browsers, over https and on localhost, out of reach of pages. */
  site: string | undefined;
  /** `Origin`: set by every browser on requests that are no plain GET or HEAD. */
  origin: string | undefined;
  /** The host that the request was sent to, with its port unless it is the usual one. */
  host: string | undefined;
}

/**
 * Whether another site made a browser send this request: Go 1.25's CrossOriginProtection, which needs no tokens.
 *
 * `Sec-Fetch-Site` decides if it is there; `same-site` is refused too, because a sibling may be somebody else's. Otherwise `Origin`
 * against the host; without either it was no browser. The scheme is not compared, because behind a proxy it is not known for sure:
 * that http does not speak for https needs HSTS.
 */
export function isCrossOrigin(
  { site, origin, host }: RequestOrigin,
  isTrusted: (origin: string) => boolean,
): boolean {
  if (site) return site !== 'same-origin' && site !== 'none' && !(origin && isTrusted(origin));
  return Boolean(origin) && !isOf(host, origin ?? '') && !isTrusted(origin ?? '');
}

/** Whether an origin has this host; `null`, the origin of sandboxed pages, has none. */
function isOf(host: string | undefined, origin: string): boolean {
  if (!host || !URL.canParse(origin)) return false;
  const { protocol, hostname, port } = new URL(origin);
  // Proxies may name the usual port, browsers never do.
  const own = port || (protocol === 'https:' ? '443' : '80');
  const named = host.toLowerCase();
  return named === `${hostname}:${own}` || (port === '' && named === hostname);
}
