import type { IncomingMessage } from 'node:http';
import type { SessionCarrier } from '../store/index.js';

/** A request of Node as express-session leaves it. Express's request is one; Fastify's has one in `raw`. */
export interface SessionRequest extends IncomingMessage, SessionCarrier {}

/** What controllers call the request: Express's own, Fastify's, or Node's. */
export type AnyRequest = SessionRequest | { raw: SessionRequest } | object;

/** Node's request behind any adapter's. The one place that knows about Fastify's `raw`. */
export function rawRequest(request: AnyRequest): SessionRequest {
  return ('raw' in request && typeof request.raw === 'object' ? request.raw : request) as SessionRequest;
}
