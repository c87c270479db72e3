import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { filter, type Observable, Subject } from 'rxjs';
import type { ResolvedEventOptions } from './event.options.js';
import { EventStream } from './event.stream.js';
import type { SessionExceptionCode } from './session.exception.js';
import { MeasuringPoint } from './session.probe.js';

/** Why a session can end, besides expiring. */
export const SESSION_END_REASONS = [
  'logout',
  'destroyed',
  'regenerated',
  'reauthenticated',
  'revoked',
  'evicted',
  'stolen',
] as const;

/** Why a session ended. */
export type SessionEndReason = (typeof SESSION_END_REASONS)[number];

/**
 * Why a login failed. `revoked`: the user's sessions were revoked while the password was being checked. `disabled`: the password was
 * right, and disabled after too many failures.
 */
export type LoginFailureReason = 'credentials' | 'session-limit' | 'revoked' | 'disabled';

/** What the attempts were counted on that led to a block. */
export type LoginBlockCause = 'account' | 'address' | 'pair';

/** What happened, told once it is certain. Sessions are named by their handle, which lets nobody in. */
export type SessionEvent =
  | { type: 'session.created'; handle: string }
  /** The browser came with the successor of its secret, which is now the current one. */
  | { type: 'session.renewed'; handle: string }
  /** Somebody came with a secret that was replaced: it was copied, or the newer one was. The session was ended. */
  | { type: 'session.stolen'; handle: string; userId?: string }
  | { type: 'session.ended'; handle: string; userId?: string; reason: SessionEndReason }
  /** Redis held text that is no session: it was treated as "no session". `problem` says what was wrong with it. */
  | { type: 'session.unreadable'; handle: string; problem: string }
  /** A request tried to write a session that had ended meanwhile; nothing was written. */
  | { type: 'session.writeRefused'; handle: string }
  /** A session was stored that takes half of `session.maxBytes` or more. Once for each session object. */
  | { type: 'session.large'; handle: string; bytes: number; largestKey: string }
  /** `failures`: attempts on the account since the last that succeeded, if there were any; `device`: whether it had logged in before (ASVS 6.3.5). */
  | {
      type: 'login.succeeded';
      handle: string;
      userId: string;
      remembered: boolean;
      account?: string;
      failures?: number;
      device?: 'known' | 'new';
    }
  | { type: 'login.failed'; reason: LoginFailureReason; userId?: string; account?: string }
  /** Attempts were refused from now on, for `seconds`. Told once a block, however many attempts it refuses. */
  | {
      type: 'login.blocked';
      by: LoginBlockCause;
      seconds: number;
      address?: string;
      account?: string;
    }
  /** From one address `accounts` accounts were tried within a day and not logged in to. Told once a day and address. */
  | { type: 'login.sprayed'; address: string; accounts: number }
  /** So many attempts on an account failed in a row that its password counts as wrong from now on, even if it is right. */
  | { type: 'credential.disabled'; failures: number; userId?: string; account?: string }
  /** Somebody who was logged in gave the password again, and got the session `handle` in place of `before`. */
  | { type: 'login.reauthenticated'; handle: string; before: string; userId: string }
  /** All sessions of a user, or with no `userId` everybody's, were ended on request. */
  | { type: 'sessions.revoked'; userId?: string; ended: number }
  /** A guard let a request not pass. `route` is controller and method, never the URL. */
  | {
      type: 'access.refused';
      code: SessionExceptionCode;
      route: string;
      handle?: string;
      userId?: string;
    }
  /** Redis does not announce changes of keys, so `nearCache` is by-passed and every read asks Redis. Told once until it does. */
  | { type: 'nearCache.refused'; reason: string }
  | { type: 'store.unavailable'; reason: string }
  | { type: 'store.recovered' };

/** The name of an event, such as `session.stolen`. */
export type SessionEventType = SessionEvent['type'];

/** The event of one name, with the fields that it has. */
export type SessionEventOf<T extends SessionEventType> = Extract<SessionEvent, { type: T }>;

/**
 * The events of this module, all of them or by name.
 *
 * Listeners run in the request that caused the event, so they should be quick. One that throws, or whose promise is
 * rejected, harms no request and no other listener: it is logged.
 *
 * @example
 * constructor(events: SessionEvents) {
 *   events.all$.subscribe((event) => this.siem.send(event));
 *   events.on('session.stolen').subscribe(async ({ handle }) => this.mails.warnOwnerOf(handle));
 * }
 */
@Injectable()
export class SessionEvents implements OnApplicationShutdown {
  private readonly subject = new Subject<SessionEvent>();
  private readonly accounts: boolean;

  /** For who measures, such as `SessionTelemetryModule`: events tell what happened, not how long it took. */
  readonly measuring = new MeasuringPoint();

  /** Every event from now on; earlier ones are not replayed. Completes when the application has answered its last request. */
  readonly all$: Observable<SessionEvent> = new EventStream((subscriber) =>
    this.subject.subscribe(subscriber),
  );

  /** @param options.accounts whether events keep the `account` they are emitted with */
  constructor({ accounts }: Pick<ResolvedEventOptions, 'accounts'> = { accounts: false }) {
    this.accounts = accounts;
  }

  /** The events of one name, otherwise as `all$`. */
  on<T extends SessionEventType>(type: T): Observable<SessionEventOf<T>> {
    return this.all$.pipe(filter((event): event is SessionEventOf<T> => event.type === type));
  }

  /** Tells every listener. Never throws. An `account` is taken away unless `events.accounts` is set, so that nobody forgets to. */
  emit(event: SessionEvent): void {
    this.subject.next(this.accounts ? event : withoutAccount(event));
  }

  /** Called by Nest after the HTTP server has answered its last request: what happened in it is still told. */
  onApplicationShutdown(): void {
    this.subject.complete();
  }
}

function withoutAccount(event: SessionEvent): SessionEvent {
  if (!('account' in event)) return event;
  const { account: _account, ...rest } = event;
  return rest;
}
