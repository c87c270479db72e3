import type { Terminal } from './terminal.js';

/** Options of all commands; which command takes which, `Command.options` says. */
export const OPTIONS = {
  redis: { type: 'string' },
  prefix: { type: 'string' },
  json: { type: 'boolean' },
  progress: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  user: { type: 'string' },
  limit: { type: 'string' },
  largest: { type: 'string' },
  everyone: { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
  production: { type: 'boolean' },
} as const;

export type OptionName = keyof typeof OPTIONS;

/** What was given on the command line. */
export type Values = {
  [Name in OptionName]?: (typeof OPTIONS)[Name]['type'] extends 'string' ? string : boolean;
};

/** One call of a command. */
export interface Call {
  readonly values: Values;
  /** The session that is meant, if the command takes one. */
  readonly handle: string | undefined;
  readonly terminal: Terminal;
}

/** What `nestjs-redis-session` can do, one a file. */
export interface Command {
  /** As it is typed, such as `sessions list`. */
  readonly words: string;
  readonly summary: string;
  /** What stands after the words in its usage, and what is to be said about it. */
  readonly usage: string;
  readonly help: string;
  /** Options of its own, besides those that all have. */
  readonly options: readonly OptionName[];
  /** Whether a HANDLE follows. */
  readonly handle: 'required' | 'optional' | 'none';
  /** @returns the exit code */
  run(call: Call): Promise<number>;
}
