import { IncomingMessage, type ServerResponse } from 'node:http';
import { RequestWithFields } from './request.fields.js';

type RequestClass = abstract new (...args: never[]) => IncomingMessage;
type ResponseClass = abstract new (...args: never[]) => ServerResponse;

/** What all requests and answers of an application inherit from. */
export interface SharedPrototypes {
  readonly request: object;
  readonly response: ServerResponse;
}

/**
 * Has a server make its requests and answers of classes of their own, whose prototypes can be given what all of them are to have: the options
 * `IncomingMessage` and `ServerResponse` of Node's `createServer`, for a server that others have made already. Node keeps them under symbols.
 *
 * @returns the prototypes; `undefined` for what is no such server (HTTP/2, an adapter's own), which is left as it is
 */
export function ownPrototypes(server: unknown): SharedPrototypes | undefined {
  const [requests, responses] = ['IncomingMessage', 'ServerResponse'].map((name) => optionOf(server, name));
  if (requests === undefined || responses === undefined) return undefined;
  const { value: Response } = responses;
  if (!isResponseClass(Response)) return undefined;
  const Request = withFields(requests.value);
  if (Request === undefined) return undefined;
  class SessionRequest extends Request {}
  class SessionResponse extends Response {}
  requests.set(SessionRequest);
  responses.set(SessionResponse);
  return { request: SessionRequest.prototype, response: SessionResponse.prototype };
}

/**
 * Has Express's server make requests and answers that have Express's prototypes from the beginning. Express gives its own to each of them, and
 * to change the prototype of an object makes all that is done with it afterwards many times slower in V8; where it is the same already,
 * nothing is changed. Requests of another server that calls the same application are prepared by Express as ever.
 */
export function makeWithPrototypesOf(app: Partial<SharedPrototypes>, server: unknown): void {
  const { request, response } = app;
  const made = ownPrototypes(server);
  if (made === undefined || request === undefined || response === undefined) return;
  Object.assign(app, {
    request: inPlaceOf(request, made.request),
    response: inPlaceOf(response, made.response),
  });
}

/** Lets a prototype be all that another one is, even where Express gives it another parent, as to an application that is mounted in one. */
function inPlaceOf(before: object, prototype: object): object {
  Object.defineProperties(prototype, Object.getOwnPropertyDescriptors(before));
  Object.setPrototypeOf(prototype, before);
  return prototype;
}

/** A class that somebody else gave the server stays what it is. */
function withFields(Request: unknown): RequestClass | undefined {
  if (Request === IncomingMessage) return RequestWithFields;
  return isRequestClass(Request) ? Request : undefined;
}

function optionOf(server: unknown, name: string): { value: unknown; set(value: unknown): void } | undefined {
  if (typeof server !== 'object' || server === null) return undefined;
  const symbol = Object.getOwnPropertySymbols(server).find(({ description }) => description === name);
  if (symbol === undefined) return undefined;
  return { value: Reflect.get(server, symbol), set: (value) => void Reflect.set(server, symbol, value) };
}

// Which class it is, Node says by the name of the option.
const isRequestClass = (value: unknown): value is RequestClass => typeof value === 'function';
const isResponseClass = (value: unknown): value is ResponseClass => typeof value === 'function';
