import { type Milliseconds, seconds, type SessionEvents } from '../common/index.js';
import { COUNTED, type Counted } from './attempt.store.js';

/** Tells of the blocks that an attempt has started; 0 where it has started none. */
export function tellBlocks(
  events: SessionEvents,
  blocks: Readonly<Record<Counted, Milliseconds>>,
  { account, network }: { account: string; network: string },
): void {
  for (const by of COUNTED) {
    if (blocks[by] === 0) continue;
    events.emit({
      type: 'login.blocked',
      by,
      seconds: Math.ceil(blocks[by] / seconds(1)),
      ...(by !== 'account' && { address: network }),
      ...(by !== 'address' && { account }),
    });
  }
}
