import { type Milliseconds, seconds } from '../common/index.js';
import type { Command } from './command.js';
import { withRedis } from './redis.target.js';
import { deadlinesOf, findSession } from './stored.session.js';
import { lengthOf, listing } from './wording.js';

/** Redis is told whole milliseconds and its clock is another one. */
const TOLERANCE: Milliseconds = seconds(2);

/** How long a session still lives. */
export const ttlCommand: Command = {
  words: 'sessions ttl',
  summary: 'Says how long a session still lives: by Redis, and by its record.',
  usage: 'HANDLE [options]',
  help: `Redis drops the key at the earlier of the idle and the absolute end. Looking does not prolong anything.
`,
  options: [],
  handle: 'required',
  run: ({ values, handle = '', terminal }) =>
    withRedis(values, async (target) => {
      const { name, expiresIn, record, problem } = await findSession(target, handle);
      const now = target.clock.now();
      const deadlines = deadlinesOf(record?.meta);
      const left = (at: number | undefined): number | undefined => at && Math.max(0, at - now);
      const [idle, absolute, ends] = [deadlines?.idle, deadlines?.absolute, deadlines?.ends].map(left);
      if (terminal.isJson) {
        terminal.json({ handle: name, expiresIn, idle, absolute, problem });
        return 0;
      }
      const words = (duration: number | undefined): string | undefined =>
        duration === undefined ? undefined : `in ${lengthOf(duration)}`;
      terminal.line(
        listing([
          ['handle', name],
          ['Redis drops it', words(expiresIn) ?? 'never: the key has no expiry'],
          ['idle end', words(idle)],
          ['absolute end', words(absolute)],
        ]),
      );
      if (problem !== undefined)
        terminal.note(`The record cannot be read (${problem}), so only Redis knows.`);
      else if (ends === undefined) terminal.note('The record is of connect-redis, so only Redis knows.');
      else if (Math.abs(ends - (expiresIn ?? Number.POSITIVE_INFINITY)) > TOLERANCE)
        terminal.note('Redis and the record differ: something else has set the expiry of this key.');
      return 0;
    }),
};
