import type { Attributes, Meter } from '@opentelemetry/api';
import type { Measured, ProbedOperation, SessionEvent, SessionEvents } from '../common/index.js';
import type { OperationFailure } from './operation.failure.js';
import {
  BLOCKED_BY,
  DB_OPERATION,
  DB_STATUS,
  DB_SYSTEM,
  DECIDED_BY,
  END_REASON,
  ERROR_TYPE,
  OPERATION_NAMES,
  OUTCOME,
} from './operation.names.js';
import { type SessionInstruments, instrumentsOf } from './session.instruments.js';

/** Records what the rooms do. Counts are kept by the SDK; nothing is kept here. */
export class SessionMetrics {
  private readonly instruments: SessionInstruments;

  constructor(meter: Meter) {
    this.instruments = instrumentsOf(meter);
  }

  /** Counts what happened once it is certain. Ends with the application, when the events complete. */
  listen(events: SessionEvents): void {
    events.all$.subscribe((event) => this.hear(event));
  }

  /** Records an operation that has asked Redis. */
  record(
    operation: ProbedOperation,
    measured: Measured<ProbedOperation>,
    { milliseconds, failure }: { milliseconds: number; failure?: OperationFailure },
  ): void {
    this.count(operation, measured, failure);
    // Found in the process after all: that is not how long Redis takes.
    if (measured.outcome === 'near') return;
    const attributes: Attributes = { [DB_SYSTEM]: 'redis', [DB_OPERATION]: OPERATION_NAMES[operation] };
    if (failure !== undefined) {
      attributes[ERROR_TYPE] = failure.type;
      if (failure.status !== undefined) attributes[DB_STATUS] = failure.status;
      if (failure.isOfStore) this.instruments.errors.add(1, attributes);
    }
    this.instruments.duration.record(milliseconds / 1000, attributes);
  }

  /** Counts an operation, whether or not it has asked Redis. */
  count(operation: ProbedOperation, measured: Measured<ProbedOperation>, failure?: OperationFailure): void {
    const outcome = failure?.outcome ?? measured.outcome;
    const failed = failure?.outcome === 'failed' ? { [ERROR_TYPE]: failure.type } : {};
    if (operation === 'load') this.instruments.loads.add(1, { [OUTCOME]: outcome, ...failed });
    else if (operation === 'challenge') this.instruments.challenges.add(1, { [OUTCOME]: outcome });
    else if (operation === 'reserve') this.countAttempt(measured, failed);
    else if (operation === 'save' || operation === 'update')
      this.instruments.saves.add(1, {
        [OUTCOME]: outcome,
        [DB_OPERATION]: OPERATION_NAMES[operation],
        ...failed,
      });
    if (measured.conflicts) this.instruments.conflicts.add(measured.conflicts);
  }

  private countAttempt({ outcome, decidedBy }: Measured<ProbedOperation>, failed: Attributes): void {
    if (outcome === undefined) this.instruments.attempts.add(1, { [OUTCOME]: 'failed', ...failed });
    else if (outcome === 'allowed')
      this.instruments.attempts.add(1, { [OUTCOME]: outcome, [DECIDED_BY]: decidedBy });
    else
      this.instruments.attempts.add(1, {
        [OUTCOME]: 'blocked',
        [BLOCKED_BY]: outcome,
        [DECIDED_BY]: decidedBy,
      });
  }

  private hear(event: SessionEvent): void {
    if (event.type === 'session.created') this.instruments.created.add(1);
    else if (event.type === 'session.ended') this.instruments.ended.add(1, { [END_REASON]: event.reason });
    else if (event.type === 'session.writeRefused') this.instruments.refused.add(1);
    else if (event.type === 'store.unavailable') this.instruments.outages.add(1);
  }
}
