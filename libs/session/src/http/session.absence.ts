import type { RedisSessionStore } from '../store/index.js';

/** Why there is no session: there never was one, its time was up, it was ended, or ended because a copy of its cookie was used. */
export type SessionAbsence = 'none' | 'expired' | 'ended' | 'stolen';

/** Why an id that was signed here opens no session. @throws StoreUnavailableError */
export async function absenceOf(store: RedisSessionStore, sid: string): Promise<SessionAbsence> {
  const reason = await store.keeper.endingOf(sid);
  if (reason === undefined) return 'expired';
  return reason === 'stolen' ? 'stolen' : 'ended';
}
