import type { SessionProbe } from '../common/index.js';
import type { TrackedSession } from './tracked.session.js';

/** Has a write of a session measured, and tells from what is known of the session afterwards what became of it. */
export function measureWrite<T>(
  probe: SessionProbe,
  operation: 'save' | 'update',
  state: TrackedSession,
  write: () => Promise<T>,
): Promise<T> {
  const { stored, conflicts } = state;
  return probe.measure(operation, async (measured) => {
    try {
      return await write();
    } finally {
      measured.conflicts = state.conflicts - conflicts;
      if (state.ended) measured.outcome = 'ended';
      else if (measured.conflicts > 0) measured.outcome = 'merged';
      else measured.outcome = state.stored === stored ? 'unchanged' : 'written';
    }
  });
}
