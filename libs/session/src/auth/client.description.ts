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
 * The address of the client of a request.
 *
 * It is the `ip` of the adapter's own request, which follows Express's `trust proxy` and Fastify's `trustProxy`. Node's
 * request, such as Fastify's `raw`, has none: there it is who the connection comes from, behind a proxy the proxy.
 */
export function addressOf(request: AnyRequest): string | undefined {
  const address: unknown = 'ip' in request ? request.ip : rawRequest(request).socket.remoteAddress;
  return typeof address === 'string' ? address : undefined;
}

/** Describes the client of a request. */
export function clientOf(request: AnyRequest): ClientDescription {
  return {
    device: describeDevice(rawRequest(request).headers['user-agent']),
    network: networkOf(addressOf(request)),
  };
}
