import type { Measured, ProbedOperation, SessionProbe } from '../common/index.js';
import { failureOf, type OperationFailure } from './operation.failure.js';
import type { OperationSpans } from './operation.spans.js';
import type { SessionMetrics } from './session.metrics.js';

/** Makes metrics, and spans if wanted, of what the rooms do. */
export class TelemetryProbe implements SessionProbe {
  constructor(
    private readonly metrics: SessionMetrics,
    private readonly spans: OperationSpans | undefined,
  ) {}

  async measure<O extends ProbedOperation, T>(
    operation: O,
    work: (measured: Measured<O>) => Promise<T>,
  ): Promise<T> {
    const measured: Measured<O> = {};
    let failure: OperationFailure | undefined;
    const span = this.spans?.start(operation);
    const startedAt = performance.now();
    try {
      if (span === undefined || this.spans === undefined) return await work(measured);
      return await this.spans.within(span, () => work(measured));
    } catch (error) {
      failure = failureOf(error);
      throw error;
    } finally {
      this.metrics.record(operation, measured, { milliseconds: performance.now() - startedAt, failure });
      if (span !== undefined) this.spans?.end(span, measured, failure);
    }
  }

  note<O extends ProbedOperation>(operation: O, measured: Measured<O>): void {
    this.metrics.count(operation, measured);
  }
}
