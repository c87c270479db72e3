// oxlint-disable typescript/unbound-method, typescript/no-unsafe-type-assertion -- methods are taken from answers to be called on them
import type { ServerResponse } from 'node:http';
import type { AnswerHold, AnswerMethods } from './answer.hold.js';
import { requestFieldsOf } from './request.fields.js';

/** What an answer, or all with a prototype, leave by now. */
export function methodsOf({ writeHead, write, end, flushHeaders }: ServerResponse): AnswerMethods {
  return { writeHead, write, end, flushHeaders };
}

const NAMES = ['end', 'writeHead', 'write', 'flushHeaders'] as const;

/** Whether somebody has put such a method on an answer itself, which would not ask what it inherits from. */
export function hasOwnMethods(response: ServerResponse, prototype: ServerResponse): boolean {
  const isLike =
    response.end === prototype.end &&
    response.writeHead === prototype.writeHead &&
    response.write === prototype.write &&
    response.flushHeaders === prototype.flushHeaders;
  // What differs may as well stand on a prototype, and asks ours.
  return !isLike && NAMES.some((name) => Object.hasOwn(response, name));
}

/** Those methods. */
export function ownMethodsOf(response: ServerResponse): Partial<AnswerMethods> {
  const own = NAMES.filter((name) => Object.hasOwn(response, name));
  return Object.fromEntries(own.map((name) => [name, response[name]]));
}

/** Lets all answers with a prototype leave by their {@link AnswerHold}; those of requests without a session leave as before. */
export function leaveByHolds(prototype: ServerResponse): void {
  Object.assign(prototype, holding(methodsOf(prototype)));
}

/** Lets one answer leave by its {@link AnswerHold}. */
export function leaveByHold(response: ServerResponse): void {
  const { writeHead, write, end, flushHeaders } = HOLDING;
  response.writeHead = writeHead;
  response.write = write;
  response.end = end;
  response.flushHeaders = flushHeaders;
}

/** @param own what an answer without a hold leaves by */
function holding(own: AnswerMethods | undefined): AnswerMethods {
  const holdOf = (response: ServerResponse): AnswerHold | undefined => {
    const fields = requestFieldsOf(response.req);
    // Not where `own` is unknown: what was there before only the hold knows.
    if (fields === undefined || (own !== undefined && fields.isIdle)) return undefined;
    const { hold } = fields;
    // Somebody's own method, to which the hold has let go, calls what it found on the prototype.
    return own !== undefined && hold?.isInside === true ? undefined : hold;
  };
  const otherwise = (response: ServerResponse): AnswerMethods =>
    own ?? (Object.getPrototypeOf(response) as ServerResponse);
  return {
    writeHead(this: ServerResponse, ...args: Parameters<ServerResponse['writeHead']>) {
      const hold = holdOf(this);
      return hold === undefined ? Reflect.apply(otherwise(this).writeHead, this, args) : hold.writeHead(args);
    },
    write(this: ServerResponse, ...args: Parameters<ServerResponse['write']>) {
      const hold = holdOf(this);
      return hold === undefined ? Reflect.apply(otherwise(this).write, this, args) : hold.write(args);
    },
    flushHeaders(this: ServerResponse) {
      const hold = holdOf(this);
      if (hold === undefined) otherwise(this).flushHeaders.call(this);
      else hold.flushHeaders();
    },
    end(this: ServerResponse, ...args: Parameters<ServerResponse['end']>) {
      const hold = holdOf(this);
      return hold === undefined ? Reflect.apply(otherwise(this).end, this, args) : hold.end(args);
    },
  } as AnswerMethods;
}

// The same functions for all: with others on each, each answer would be of a kind of its own to the engine, and slow.
const HOLDING = holding(undefined);
