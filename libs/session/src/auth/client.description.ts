import { type AnyRequest, rawRequest } from '../http/index.js';
import { networkOf } from './client.network.js';
import { describeDevice } from './device.description.js';

/** From what and from where a session was opened, as coarsely as its owner needs to recognise it. */
export interface ClientDescription {
  /** "Firefox on Windows"; "unknown device" where the client does not say. */
  device?: string;
  /** "203.0.113.0/24"; absent where the address is unknown. */
  network?: string;
}

/**
 * Describes the client of a request.
 *
 * The address is the `ip` of the adapter's own request, which follows Express's `trust proxy` and Fastify's `trustProxy`. Node's
 * request, such as Fastify's `raw`, has none: there it is who the connection comes from, behind a proxy the proxy.
 */
export function clientOf(request: AnyRequest): ClientDescription {
  const raw = rawRequest(request);
  const address = 'ip' in request ? request.ip : raw.socket.remoteAddress;
  return { device: describeDevice(raw.headers['user-agent']), network: networkOf(address) };
}
