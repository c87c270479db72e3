import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnswerMethods } from './answer.hold.js';
import { hasOwnMethods, leaveByHold, leaveByHolds, methodsOf, ownMethodsOf } from './answer.methods.js';
import { shareFields } from './request.fields.js';
import { ownPrototypes, type SharedPrototypes } from './server.classes.js';

/** How the requests of an application get their fields, and answers leave by their holds. */
export class Mounting {
  private readonly own: AnswerMethods | undefined;

  private constructor(private readonly shared: SharedPrototypes | undefined) {
    if (shared === undefined) return;
    shareFields(shared.request);
    this.own = methodsOf(shared.response);
    leaveByHolds(shared.response);
  }

  /**
   * Express changes the prototypes of each request and answer, and whatever is put on one of them afterwards slows all that Node does with it.
   * So what is the same on all of them is put on those prototypes.
   */
  static onExpress({ request, response }: Partial<SharedPrototypes>): Mounting {
    return new Mounting(request && response && { request, response });
  }

  /** Others leave the prototypes as Node makes them, and to change those would cost most: the server is given classes of its own. */
  static onServer(server: unknown): Mounting {
    return new Mounting(ownPrototypes(server));
  }

  /** Whether a request inherits its fields. One that did not come over the server, as tests inject them, does not. */
  isShared(request: IncomingMessage): boolean {
    return this.shared !== undefined && inherits(request, this.shared.request);
  }

  /** Lets an answer leave by its hold. @returns what it left by before */
  hold(response: ServerResponse): AnswerMethods {
    const { own, shared } = this;
    if (own === undefined || shared === undefined || !inherits(response, shared.response))
      return holdOne(response, methodsOf(response));
    // What it does not have itself is ours by now.
    return hasOwnMethods(response, shared.response)
      ? holdOne(response, { ...own, ...ownMethodsOf(response) })
      : own;
  }
}

const inherits = (object: object, prototype: object): boolean =>
  Object.getPrototypeOf(object) === prototype || Object.prototype.isPrototypeOf.call(prototype, object);

function holdOne(response: ServerResponse, own: AnswerMethods): AnswerMethods {
  leaveByHold(response);
  return own;
}
