import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Session, SessionData } from 'express-session';

/** The session of a request as application code uses it; declare your own fields by merging into `SessionData`. */
export type CurrentSession = Session & Partial<SessionData>;

/** A request of Node as express-session leaves it. Express's request is one; Fastify's has one in `raw`. */
export interface SessionRequest extends IncomingMessage {
  session?: CurrentSession;
  sessionID?: string;
  sessionStore?: unknown;
}

/** What controllers call the request: Express's own, Fastify's, or Node's. */
export type AnyRequest = SessionRequest | { raw: SessionRequest } | object;

/** Node's request behind any adapter's. The one place that knows about Fastify's `raw`. */
export function rawRequest(request: AnyRequest): SessionRequest {
  return 'raw' in request && typeof request.raw === 'object'
    ? (request.raw as SessionRequest)
    : (request as SessionRequest);
}

/** Node's response behind any adapter's. */
export function rawResponse(response: object): ServerResponse {
  return 'raw' in response && typeof response.raw === 'object'
    ? (response.raw as ServerResponse)
    : (response as ServerResponse);
}
