import { parseArgs } from 'node:util';
import { messageOf } from '../redis/index.js';
import { CliError } from './cli.error.js';
import { type Command, type OptionName, OPTIONS, type Values } from './command.js';
import { doctorCommand } from './doctor.command.js';
import { listCommand } from './list.command.js';
import { memoryCommand } from './memory.command.js';
import { monitorCommand } from './monitor.command.js';
import { revokeCommand } from './revoke.command.js';
import { showCommand } from './show.command.js';
import { ttlCommand } from './ttl.command.js';
import { row } from './wording.js';

const NAME = 'nestjs-redis-session';
const COMMANDS: readonly Command[] = [
  doctorCommand,
  listCommand,
  showCommand,
  ttlCommand,
  revokeCommand,
  memoryCommand,
  monitorCommand,
];
/** One handle in 64 begins with a hyphen, and so do its beginnings, as lists show them, and the whole id. No option has so many characters. */
const HANDLE_WITH_HYPHEN = /^-(?:[\w-]{21}(?:\.[\w-]{43})?|[\w-]{5,}(?:…|\.{3}))$/;
/** A beginning of one without the dots. Options have one hyphen only where they have one letter. */
const BEGINNING_WITH_HYPHEN = /^-(\w[\w-]{4,})$/;
const EVERYWHERE: readonly OptionName[] = ['redis', 'prefix', 'json', 'progress', 'help'];
const COMMON_HELP = `  --redis URL     redis:// or rediss:// (default: REDIS_URL, else redis://127.0.0.1:6379)
  --prefix TEXT   start of session keys (default: sess:)
  --json          for programs: one JSON value a line
  --progress      tell on stderr how far it is, even when that is no terminal
  --help          this text

Exit codes: 0 done, 1 not possible or an error was found, 2 the command line is wrong.`;

/** What a command line asks for. */
export type Request =
  | { kind: 'help'; text: string }
  | { kind: 'command'; command: Command; values: Values; handle: string | undefined };

/** Understands a command line. @throws CliError with one sentence and exit code 2 */
export function understand(argv: readonly string[]): Request {
  const { values, positionals } = parse(argv);
  const [first, second] = positionals;
  const wordCount = first === 'sessions' ? 2 : 1;
  const words = positionals.slice(0, wordCount).join(' ');
  const command = COMMANDS.find((one) => one.words === words);
  if (command === undefined) {
    const isGroup = first === 'sessions' && second === undefined;
    if (values.help === true && (first === undefined || isGroup)) return { kind: 'help', text: overview() };
    throw wrong(
      first === undefined
        ? 'Which command?'
        : `There is no command ${/^[\w ]{1,40}$/.test(words) ? `"${words}"` : 'of this name'}.`,
      `There is ${COMMANDS.map((one) => one.words).join(', ')}`,
    );
  }
  if (values.help === true) return { kind: 'help', text: helpOf(command) };
  checkOptions(command, values);
  const [handle, ...more] = positionals.slice(wordCount);
  if (more.length > 0 || (command.handle === 'none' && handle !== undefined)) {
    throw wrong(
      `"${words}" takes ${command.handle === 'none' ? 'no HANDLE' : 'one HANDLE'}.`,
      `Usage: ${usageOf(command)}`,
    );
  }
  if (command.handle === 'required' && handle === undefined) {
    throw wrong(`"${words}" needs a HANDLE.`, `Usage: ${usageOf(command)}`);
  }
  return { kind: 'command', command, values, handle };
}

function parse(argv: readonly string[]): { values: Values; positionals: string[] } {
  try {
    const args = argv.filter((each) => !isHandle(each));
    const handles = argv.filter(isHandle);
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
    return { values, positionals: [...positionals, ...handles] };
  } catch (error) {
    const [sentence = ''] = messageOf(error).split(/\. |\n/);
    throw wrong(`${sentence.replace(/\.$/, '')}.`, `See ${NAME} --help`);
  }
}

function isHandle(text: string): boolean {
  if (HANDLE_WITH_HYPHEN.test(text)) return true;
  const [, name] = BEGINNING_WITH_HYPHEN.exec(text) ?? [];
  // `-limit` is a slip.
  return name !== undefined && !(name in OPTIONS);
}

function checkOptions(command: Command, values: Values): void {
  for (const name of Object.keys(values)) {
    const isTaken = [...EVERYWHERE, ...command.options].some((option) => option === name);
    if (!isTaken)
      throw wrong(`"${command.words}" takes no --${name}.`, `See ${NAME} ${command.words} --help`);
  }
  for (const [name, value] of Object.entries(values)) {
    if (value === '') throw wrong(`--${name} needs a value.`, `See ${NAME} ${command.words} --help`);
  }
}

function overview(): string {
  const lines = COMMANDS.map(({ words, summary }) => `  ${row([words, summary], [16])}`);
  return `Looks at sessions in Redis, and at Redis.

Usage: ${NAME} COMMAND [options]

${lines.join('\n')}

${COMMON_HELP}

Each command has a --help of its own. What is shown lets nobody in: handles open nothing, and of ids of connect-redis, which do,
only the beginning is printed.`;
}

function helpOf(command: Command): string {
  return `${command.summary}

Usage: ${usageOf(command)}

${command.help}
${COMMON_HELP}`;
}

const usageOf = ({ words, usage }: Command): string => `${NAME} ${words} ${usage}`.trimEnd();

const wrong = (problem: string, remedy: string): CliError => new CliError(`${problem} ${remedy}.`, 2);
