import { context, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import type { Measured, ProbedOperation } from '../common/index.js';
import type { OperationFailure } from './operation.failure.js';
import {
  CONFLICTS,
  DB_OPERATION,
  DB_STATUS,
  DB_SYSTEM,
  DECIDED_BY,
  ERROR_TYPE,
  OPERATION_NAMES,
  OUTCOME,
} from './operation.names.js';

/** Spans of operations. */
export class OperationSpans {
  constructor(private readonly tracer: Tracer) {}

  /** A span below the active one; `undefined` where none is active, as in background work, or nothing is recorded. */
  start(operation: ProbedOperation): Span | undefined {
    if (trace.getActiveSpan() === undefined) return undefined;
    const name = OPERATION_NAMES[operation];
    const span = this.tracer.startSpan(name, {
      kind: SpanKind.CLIENT,
      attributes: { [DB_SYSTEM]: 'redis', [DB_OPERATION]: name },
    });
    return span.isRecording() ? span : undefined;
  }

  /** Runs work with the span active, so that spans of the Redis client lie below it. */
  within<T>(span: Span, work: () => Promise<T>): Promise<T> {
    return context.with(trace.setSpan(context.active(), span), work);
  }

  end(span: Span, measured: Measured<ProbedOperation>, failure: OperationFailure | undefined): void {
    const { outcome, conflicts = 0, decidedBy } = measured;
    if (failure !== undefined) {
      // Not `recordException`: a message may hold names of fields.
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute(ERROR_TYPE, failure.type);
      if (failure.status !== undefined) span.setAttribute(DB_STATUS, failure.status);
    }
    const told = failure?.outcome ?? outcome;
    if (told !== undefined) span.setAttribute(OUTCOME, told);
    if (conflicts > 0) span.setAttribute(CONFLICTS, conflicts);
    if (decidedBy !== undefined) span.setAttribute(DECIDED_BY, decidedBy);
    span.end();
  }
}
