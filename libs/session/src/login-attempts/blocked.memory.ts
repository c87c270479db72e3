import { type Milliseconds, seconds } from '../common/index.js';
import { COUNTED, type Counted } from './attempt.store.js';

/** How long the store is believed without asking again: an unblock by another process takes effect after that at the latest. */
const BELIEVED: Milliseconds = seconds(5);
/** Entries of each kind. More are not kept; the store refuses them all the same. */
const MOST = 10_000;

/** What an attempt is counted on, in plain text: this never leaves the process. */
export interface BlockedNames {
  readonly account: string;
  readonly network: string;
  readonly device?: string;
}

interface Block {
  /** When it is over. */
  readonly end: number;
  /** When the store has to be asked again. */
  readonly ask: number;
}

/** Blocks that the store told of lately, so that an attack costs it nothing. */
export class BlockedMemory {
  private readonly blocks: Readonly<Record<Counted, Map<string, Block>>> = {
    account: new Map(),
    address: new Map(),
    pair: new Map(),
  };
  /** Devices that are not known on an account, or have used up their own attempts, and until when to believe that. */
  private readonly strangers = new Map<string, number>();

  /** @param now a clock that nobody sets, in milliseconds */
  constructor(private readonly now: () => number) {}

  /** What refuses an attempt, and for how long; `undefined` if the store has to be asked. */
  find(names: BlockedNames, countsAddress: boolean): { by: Counted; left: Milliseconds } | undefined {
    const { account, network, device } = names;
    const now = this.now();
    if (device !== undefined && (this.strangers.get(`${device}\n${account}`) ?? 0) <= now) return undefined;
    let longest: { by: Counted; left: Milliseconds } | undefined;
    for (const by of COUNTED) {
      if (by === 'address' && !countsAddress) continue;
      const block = this.blocks[by].get(nameOf(by, account, network));
      if (block === undefined || block.ask <= now) continue;
      const left = block.end - now;
      if (longest === undefined || left > longest.left) longest = { by, left };
    }
    return longest;
  }

  /** Notes what the store has refused just now. */
  add({ account, network, device }: BlockedNames, blocked: Readonly<Record<Counted, Milliseconds>>): void {
    const now = this.now();
    for (const by of COUNTED) {
      const left = blocked[by];
      if (left <= 0) continue;
      put(this.blocks[by], nameOf(by, account, network), {
        end: now + left,
        ask: now + Math.min(left, BELIEVED),
      });
    }
    if (device !== undefined) put(this.strangers, `${device}\n${account}`, now + BELIEVED);
  }

  /** Forgets what may have ended with an attempt that was given back. */
  drop({ account, network, device }: BlockedNames): void {
    for (const by of COUNTED) this.blocks[by].delete(nameOf(by, account, network));
    if (device !== undefined) this.strangers.delete(`${device}\n${account}`);
  }

  /** Forgets everything; the store knows. */
  clear(): void {
    for (const by of COUNTED) this.blocks[by].clear();
    this.strangers.clear();
  }
}

function nameOf(by: Counted, account: string, network: string): string {
  if (by === 'account') return account;
  return by === 'address' ? network : `${network}\n${account}`;
}

/** The oldest goes first; all of them are forgotten within seconds. */
function put<T>(map: Map<string, T>, name: string, value: T): void {
  map.delete(name);
  if (map.size >= MOST) for (const [oldest] of map) if (map.delete(oldest)) break;
  map.set(name, value);
}
