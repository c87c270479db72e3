import type { Clock } from '../common/index.js';
import type { RecordBackend } from './record.backend.js';
import { withStaleness } from './record.reader.js';
import type { KeeperOptions } from './session.opener.js';
import { UnreadableRecordError } from './record.values.js';
import type { SessionMeta, SessionRecord } from './session.record.js';

/** Handles that are asked for in one round trip. */
const AT_A_TIME = 1_000;

/** What is kept under a handle; `meta` is absent where it cannot be read, and in sessions of express-session. */
export interface InspectedSession {
  handle: string;
  isStored: boolean;
  meta?: SessionMeta;
}

/** Looks at sessions for administration, whoever they belong to. */
export class SessionInspector {
  constructor(
    private readonly backend: RecordBackend,
    private readonly options: Pick<KeeperOptions, 'prefix' | 'codec'>,
    private readonly clock: Clock,
  ) {}

  /** What a stored text holds, whoever it belongs to; `undefined` if it cannot be read. For administration. */
  async peek(text: string, handle: string): Promise<SessionRecord | undefined> {
    try {
      return await this.options.codec.decode(text, handle);
    } catch (error) {
      if (error instanceof UnreadableRecordError) return undefined;
      throw error;
    }
  }

  /** What is kept under several handles, whoever it belongs to: one round trip for a thousand. For administration. */
  async inspect(handles: readonly string[]): Promise<InspectedSession[]> {
    const found: InspectedSession[] = [];
    for (let start = 0; start < handles.length; start += AT_A_TIME) {
      const part = handles.slice(start, start + AT_A_TIME);
      const texts = await this.backend.readMany(part.map((handle) => this.options.prefix + handle));
      const inspected = part.map(async (handle, place) => {
        const text = texts[place] ?? null;
        const record = text === null ? undefined : await this.peek(text, handle);
        const meta = record?.meta && withStaleness(record.meta, this.clock.now());
        return { handle, isStored: text !== null, meta };
      });
      found.push(...(await Promise.all(inspected)));
    }
    return found;
  }
}
