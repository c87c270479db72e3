import type { ServerResponse } from 'node:http';
import type { AnswerMethods } from './answer.hold.js';
import { hasOwnMethods, leaveByHold, leaveByHolds, methodsOf, ownMethodsOf } from './answer.methods.js';
import { shareFields } from './request.fields.js';

/** Express's own, which it gives to each request and answer of an application. */
interface SharedPrototypes {
  readonly request: object;
  readonly response: ServerResponse;
}

/** How requests get their fields, and answers leave by their holds. */
export interface Mounting {
  /** Whether all requests inherit their fields. */
  readonly isShared: boolean;
  /** Lets an answer leave by its hold. @returns what it left by before */
  hold(response: ServerResponse): AnswerMethods;
}

/**
 * Express changes the prototypes of each request and answer, and whatever is put on one of them afterwards slows all that Node does with it. So
 * what is the same on all of them is put on those prototypes. Others leave the prototypes as they are, and to change them would cost most.
 *
 * @param express the application, if it is one of Express
 */
export function mountOn(express: Partial<SharedPrototypes> | undefined): Mounting {
  if (express?.request === undefined || express.response === undefined)
    return { isShared: false, hold: (response) => holdOne(response, methodsOf(response)) };
  shareFields(express.request);
  const own = methodsOf(express.response);
  leaveByHolds(express.response);
  return {
    isShared: true,
    // What it does not have itself is ours by now.
    hold: (response) =>
      hasOwnMethods(response) ? holdOne(response, { ...own, ...ownMethodsOf(response) }) : own,
  };
}

function holdOne(response: ServerResponse, own: AnswerMethods): AnswerMethods {
  leaveByHold(response);
  return own;
}
