import { readFileSync } from 'node:fs';

const page = (name: string): string =>
  readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8');

/** A line of docs/security.md, as it is to be sent. */
export interface AccessLine {
  /** The comment above it: what it is for. */
  readonly purpose: string;
  /** `ACL`, `SETUSER` and the name left out. */
  readonly rules: readonly string[];
}

/** What docs/security.md lets the user `sessions` do on Redis, line by line. */
export function documentedAccess(): AccessLine[] {
  const [, block = ''] =
    /<!-- The tests read these lines.*?-->\s*```\n(.*?)```/s.exec(page('security')) ?? [];
  const lines = [...block.matchAll(/^# (.+)\nACL SETUSER sessions (.+)$/gm)];
  if (lines.length === 0) throw new Error('docs/security.md has no lines ACL SETUSER sessions.');
  return lines.map(([, purpose = '', rules = '']) => ({ purpose, rules: rules.split(' ') }));
}

/** What it lets the user `sessions` do on the Sentinels. */
export function documentedSentinelAccess(): string[] {
  const [, rules = ''] = /^On the Sentinels.*?^ACL SETUSER sessions (.+?)$/ms.exec(page('security')) ?? [];
  return rules.split(' ');
}

/** What docs/microservices.md lets a service do that only reads. */
export function documentedReaderAccess(): string[] {
  const [, rules = ''] = /^ACL SETUSER reader (.+)$/m.exec(page('microservices')) ?? [];
  return rules.split(' ');
}

/** Beginnings of keys in the docs, and what may stand in their place: `{ 'sess:': ['app:'] }`. */
export type OtherKeys = Readonly<Record<string, readonly string[]>>;

/** The rules of several lines as one user has them: with this password, and with other beginnings of keys beside the documented ones. */
export function rulesOf(
  lines: readonly AccessLine[],
  { password, keys = {} }: { password: string; keys?: OtherKeys },
): string[] {
  const [first] = lines;
  if (!first?.rules.includes('>password')) throw new Error('The first line makes no user.');
  const all = lines
    .flatMap(({ rules }) => rules)
    .map((rule) => (rule === '>password' ? `>${password}` : rule))
    .flatMap((rule) => [rule, ...othersFor(rule, keys)]);
  // Redis takes no further pattern once all keys are allowed, as they have to be for an empty prefix.
  return all.includes('~*') ? all.filter((rule) => rule === '~*' || !rule.startsWith('~')) : all;
}

function othersFor(rule: string, keys: OtherKeys): string[] {
  return Object.entries(keys)
    .filter(([from]) => rule.startsWith(`~${from}`))
    .flatMap(([from, others]) => others.map((to) => [from, to] as const))
    .map(([from, to]) => `~${to.replace(/[\\*?[\]]/g, String.raw`\$&`)}${rule.slice(1 + from.length)}`);
}
