import type { ServerResponse } from 'node:http';
import { AnswerHold, type AnswerMethods } from './answer.hold.js';
import { type RequestSession, requestSessionOf } from './request-session.js';
import type { SessionRequest } from './session.request.js';

/** The methods of all answers of an application, if there is one place for them, and how to hold back a single one. */
export interface HeldAnswers {
  hold(response: ServerResponse, session: RequestSession): void;
}

/**
 * Lets answers leave by their {@link AnswerHold}; those of requests without a session leave as before.
 *
 * @param shared the prototype of all answers, where there is one of the application's own. Methods of an answer itself would slow all that
 *   is done with it once its prototype was changed, as Express does
 */
export function holdAnswers(shared: ServerResponse | undefined): HeldAnswers {
  if (shared === undefined) {
    return {
      hold(response, session) {
        session.hold = new AnswerHold(response, session, methodsOf(response));
        const { writeHead, write, end, flushHeaders } = HOLDING;
        response.writeHead = writeHead;
        response.write = write;
        response.end = end;
        response.flushHeaders = flushHeaders;
      },
    };
  }
  const own = methodsOf(shared);
  Object.assign(shared, holding(own));
  return {
    hold(response, session) {
      session.hold = new AnswerHold(response, session, own);
    },
  };
}

function methodsOf({ writeHead, write, end, flushHeaders }: ServerResponse): AnswerMethods {
  return { writeHead, write, end, flushHeaders };
}

/** @param own what an answer without a session leaves by */
function holding(own: AnswerMethods | undefined): AnswerMethods {
  const holdOf = (response: ServerResponse): AnswerHold | undefined =>
    requestSessionOf(response.req as SessionRequest)?.hold;
  const otherwise = (response: ServerResponse): AnswerMethods =>
    own ?? (Object.getPrototypeOf(response) as ServerResponse);
  return {
    writeHead(this: ServerResponse, ...args: Parameters<ServerResponse['writeHead']>) {
      return holdOf(this)?.writeHead(args) ?? Reflect.apply(otherwise(this).writeHead, this, args);
    },
    write(this: ServerResponse, ...args: Parameters<ServerResponse['write']>) {
      return holdOf(this)?.write(args) ?? Reflect.apply(otherwise(this).write, this, args);
    },
    flushHeaders(this: ServerResponse) {
      const hold = holdOf(this);
      if (hold === undefined) otherwise(this).flushHeaders.call(this);
      else hold.flushHeaders();
    },
    end(this: ServerResponse, ...args: Parameters<ServerResponse['end']>) {
      return holdOf(this)?.end(args) ?? Reflect.apply(otherwise(this).end, this, args);
    },
  } as AnswerMethods;
}

const HOLDING = holding(undefined);
