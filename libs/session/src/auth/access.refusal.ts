import type { ExecutionContext } from '@nestjs/common';
import {
  CrossOriginException,
  FreshLoginRequiredException,
  InsufficientRoleException,
  SessionEndedException,
  type SessionException,
  type SessionExceptionCode,
  SessionExpiredException,
  SessionStolenException,
  UnauthenticatedException,
} from '../common/index.js';
import { type SessionAbsence, sessionAbsenceOf } from '../http/index.js';

/** Why a guard lets somebody not pass. */
export type AccessRefusalCode = Extract<
  SessionExceptionCode,
  | 'UNAUTHENTICATED'
  | 'SESSION_EXPIRED'
  | 'SESSION_ENDED'
  | 'SESSION_STOLEN'
  | 'FRESH_LOGIN_REQUIRED'
  | 'INSUFFICIENT_ROLE'
  | 'CROSS_ORIGIN'
>;

const EXCEPTIONS: Readonly<Record<AccessRefusalCode, new () => SessionException>> = {
  UNAUTHENTICATED: UnauthenticatedException,
  SESSION_EXPIRED: SessionExpiredException,
  SESSION_ENDED: SessionEndedException,
  SESSION_STOLEN: SessionStolenException,
  FRESH_LOGIN_REQUIRED: FreshLoginRequiredException,
  INSUFFICIENT_ROLE: InsufficientRoleException,
  CROSS_ORIGIN: CrossOriginException,
};

/** The exception of a code. */
export function exceptionFor(code: AccessRefusalCode): SessionException {
  return new EXCEPTIONS[code]();
}

const OF_ABSENCE: Readonly<Record<SessionAbsence, AccessRefusalCode>> = {
  none: 'UNAUTHENTICATED',
  expired: 'SESSION_EXPIRED',
  ended: 'SESSION_ENDED',
  stolen: 'SESSION_STOLEN',
};

/** Why nobody is logged in: never was, or the session of the cookie expired, was ended, or was copied. Asks Redis. */
export async function whyNobody(context: ExecutionContext): Promise<AccessRefusalCode> {
  return OF_ABSENCE[await sessionAbsenceOf(context)];
}
