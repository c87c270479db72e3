import { examineRedis, lineOf, readRedisFacts } from '../doctor/index.js';
import type { Command } from './command.js';
import { withRedis } from './redis.target.js';
import { counted } from './wording.js';

/** The half of the doctor that needs no application. */
export const doctorCommand: Command = {
  words: 'doctor',
  summary: 'Says what about this Redis should be otherwise for sessions.',
  usage: '[--production] [options]',
  help: `Looks at version, eviction, password, TLS, persistence and replicas, of a Cluster at every primary. An application looks at its options too when it
starts. Ends with exit code 1 if there is an error; without --production everything is a warning.

  --production    judge as in production (default: whether NODE_ENV is "production")`,
  options: ['production'],
  handle: 'none',
  run: ({ values, terminal }) =>
    withRedis(values, async ({ connection, place }) => {
      const production = values.production ?? process.env['NODE_ENV'] === 'production';
      const facts = await readRedisFacts(connection);
      const findings = examineRedis(facts, { production });
      if (terminal.isJson) for (const found of findings) terminal.json(found);
      else for (const found of findings) terminal.line(`${found.severity.padEnd(7)}  ${lineOf(found)}`);
      const errors = findings.filter(({ severity }) => severity === 'error').length;
      const [{ product, version = 'of an unknown version' }, ...others] = facts.servers;
      const primaries = others.length > 0 ? ` (a Cluster of ${others.length + 1} primaries)` : '';
      terminal.note(
        `${product} ${version} at ${place}${primaries}, judged for ${production ? 'production' : 'development'}: ` +
          `${counted(errors, 'error')}, ${counted(findings.length - errors, 'warning')}.`,
      );
      for (const what of facts.unreadable) terminal.note(`Could not be read: ${what}.`);
      return errors > 0 ? 1 : 0;
    }),
};
