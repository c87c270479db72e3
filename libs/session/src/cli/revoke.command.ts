import { CliError } from './cli.error.js';
import type { Call, Command } from './command.js';
import { type RedisTarget, withRedis } from './redis.target.js';
import { findSession } from './stored.session.js';
import { counted } from './wording.js';

/** Ends sessions as an application does, so that requests and logins under way do not bring them back. */
export const revokeCommand: Command = {
  words: 'sessions revoke',
  summary: 'Ends a session, all of a user, or all there are.',
  usage: 'HANDLE | --user ID | --everyone [--yes] [options]',
  help: `Ended sessions stay ended: requests and logins that are under way cannot bring them back.

  --user ID       all sessions of this user
  --everyone      all sessions; asks before it does
  --yes           do not ask`,
  options: ['user', 'everyone', 'yes'],
  handle: 'optional',
  async run(call) {
    const { values, handle } = call;
    const meant = [handle, values.user, values.everyone].filter((one) => one !== undefined);
    if (meant.length !== 1) {
      throw new CliError('Say whose sessions to end: one of HANDLE, --user ID and --everyone.', 2);
    }
    return withRedis(values, async (target) => {
      if (handle !== undefined) return revokeOne(target, handle, call);
      return values.user === undefined ? revokeEveryone(target, call) : revokeUser(target, values.user, call);
    });
  },
};

async function revokeOne(target: RedisTarget, handle: string, { terminal }: Call): Promise<number> {
  const { id, name } = await findSession(target, handle);
  const isEnded = await target.registry.revoke(id);
  if (terminal.isJson) terminal.json({ handle: name, ended: isEnded ? 1 : 0 });
  else terminal.line(isEnded ? `Ended session ${name}.` : `Session ${name} had just ended by itself.`);
  return 0;
}

async function revokeUser(target: RedisTarget, userId: string, { terminal }: Call): Promise<number> {
  const ended = await target.registry.revokeAll(userId);
  if (terminal.isJson) terminal.json({ userId, ended });
  else terminal.line(`Ended ${counted(ended, 'session')} of user "${userId}".`);
  return 0;
}

async function revokeEveryone({ registry, place }: RedisTarget, { values, terminal }: Call): Promise<number> {
  if (values.yes !== true) {
    const isSure = await terminal.confirms(`This logs everybody out on ${place}.`);
    if (isSure === undefined) {
      throw new CliError('This logs everybody out, and there is no terminal to ask: add --yes to do it.', 2);
    }
    if (!isSure) {
      terminal.note('Nothing was ended.');
      return 1;
    }
  }
  const ended = await registry.revokeEveryone({
    onProgress: ({ ended: soFar }) => terminal.progress(`${counted(soFar, 'session')} ended ...`),
  });
  if (terminal.isJson) terminal.json({ ended });
  else terminal.line(`Ended ${counted(ended, 'session')}, all there were.`);
  return 0;
}
