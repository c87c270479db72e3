import type { IncomingMessage, ServerResponse } from 'node:http';

type RequestClass = abstract new (...args: never[]) => IncomingMessage;
type ResponseClass = abstract new (...args: never[]) => ServerResponse;

/**
 * Has a server make its requests and answers of classes of their own, whose prototypes can be given what all of them are to have: the options
 * `IncomingMessage` and `ServerResponse` of Node's `createServer`, for a server that others have made already. Node keeps them under symbols.
 *
 * @returns the prototypes; `undefined` for what is no such server (HTTP/2, an adapter's own), which is left as it is
 */
export function ownPrototypes(
  server: unknown,
): { request: IncomingMessage; response: ServerResponse } | undefined {
  if (typeof server !== 'object' || server === null) return undefined;
  const [requests, responses] = ['IncomingMessage', 'ServerResponse'].map((name) =>
    Object.getOwnPropertySymbols(server).find(({ description }) => description === name),
  );
  if (requests === undefined || responses === undefined) return undefined;
  const Request: unknown = Reflect.get(server, requests);
  const Response: unknown = Reflect.get(server, responses);
  if (!isRequestClass(Request) || !isResponseClass(Response)) return undefined;
  class SessionRequest extends Request {}
  class SessionResponse extends Response {}
  Reflect.set(server, requests, SessionRequest);
  Reflect.set(server, responses, SessionResponse);
  return { request: SessionRequest.prototype, response: SessionResponse.prototype };
}

// Which class it is, Node says by the name of the option.
const isRequestClass = (value: unknown): value is RequestClass => typeof value === 'function';
const isResponseClass = (value: unknown): value is ResponseClass => typeof value === 'function';
