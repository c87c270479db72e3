import { readFileSync } from 'node:fs';

const PAGE = new URL('../../docs/security.md', import.meta.url);

/** A line of docs/security.md, as it is to be sent. */
export interface AccessLine {
  /** The comment above it: what it is for. */
  readonly purpose: string;
  /** `ACL`, `SETUSER` and the name left out. */
  readonly rules: readonly string[];
}

/** What docs/security.md lets the user `sessions` do on Redis, line by line. */
export function documentedAccess(): AccessLine[] {
  const [, block = ''] = /<!-- The tests read these lines.*?-->\s*```\n(.*?)```/s.exec(page()) ?? [];
  const lines = [...block.matchAll(/^# (.+)\nACL SETUSER sessions (.+)$/gm)];
  if (lines.length === 0) throw new Error('docs/security.md has no lines ACL SETUSER sessions.');
  return lines.map(([, purpose = '', rules = '']) => ({ purpose, rules: rules.split(' ') }));
}

/** What it lets the user `sessions` do on the Sentinels. */
export function documentedSentinelAccess(): string[] {
  const [, rules = ''] = /^On the Sentinels.*?^ACL SETUSER sessions (.+?)$/ms.exec(page()) ?? [];
  return rules.split(' ');
}

const page = (): string => readFileSync(PAGE, 'utf8');

/**
 * The rules of several lines as one user has them: with this password, and other beginnings of keys in the place of the defaults
 * (`{ 'sess': 'app*[b]' }`), as the page says.
 */
export function rulesOf(
  lines: readonly AccessLine[],
  { password, keys = {} }: { password: string; keys?: Readonly<Record<string, string>> },
): string[] {
  const [first] = lines;
  if (!first?.rules.includes('>password')) throw new Error('The first line makes no user.');
  return lines
    .flatMap(({ rules }) => rules)
    .map((rule) => (rule === '>password' ? `>${password}` : rule))
    .flatMap((rule) => [rule, ...othersFor(rule, keys)]);
}

function othersFor(rule: string, keys: Readonly<Record<string, string>>): string[] {
  return Object.entries(keys)
    .filter(([from]) => rule.startsWith(`~${from}`))
    .map(([from, to]) => `~${to.replace(/[\\*?[\]]/g, String.raw`\$&`)}${rule.slice(1 + from.length)}`);
}
