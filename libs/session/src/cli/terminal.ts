import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';

/** Between two lines of progress, ms. */
const PROGRESS_EVERY = 200;

/** What terminals act upon, C1 signs and marks of direction included. Line feeds are ours alone. */
// oxlint-disable-next-line no-control-regex -- it is these that must not get out
const STEERING = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text without what would steer a terminal: data of sessions comes from anybody. */
export function harmless(text: string): string {
  return text.replace(STEERING, '\uFFFD');
}

/** JSON in which such signs are escaped; still the same value. */
export function harmlessJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(STEERING, (sign) =>
    sign === '\n' ? sign : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Where a command writes: results to stdout, everything said about them to stderr. */
export class Terminal {
  private shownAt = Number.NEGATIVE_INFINITY;
  private isShowing = false;

  constructor(private readonly how: { json: boolean; progress: boolean }) {}

  /** Whether results are to be JSON, one value a line. */
  get isJson(): boolean {
    return this.how.json;
  }

  /** Prints a result. */
  line(text: string): void {
    this.wipe();
    process.stdout.write(`${text.split('\n').map(harmless).join('\n')}\n`);
  }

  /** Prints a result for programs. */
  json(value: unknown): void {
    this.wipe();
    process.stdout.write(`${harmlessJson(value)}\n`);
  }

  /** Says something about the results. */
  note(text: string): void {
    this.wipe();
    process.stderr.write(`${harmless(text)}\n`);
  }

  /** Says how far long work is: in place on a terminal, as lines with --progress, else not at all. */
  progress(text: string): void {
    const isTerminal = process.stderr.isTTY;
    if ((!isTerminal && !this.how.progress) || performance.now() - this.shownAt < PROGRESS_EVERY) return;
    this.shownAt = performance.now();
    process.stderr.write(isTerminal ? `\r\u001b[K${harmless(text)}` : `${harmless(text)}\n`);
    this.isShowing = isTerminal;
  }

  /** Waits until a slow reader has taken what was printed, so that it does not pile up here. */
  async drained(): Promise<void> {
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  }

  /** Asks for the word yes. `undefined`: there is nobody to ask. */
  async confirms(question: string): Promise<boolean | undefined> {
    if (!process.stdin.isTTY) return undefined;
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return (await lines.question(`${question} Type yes to do it: `)).trim().toLowerCase() === 'yes';
    } finally {
      lines.close();
    }
  }

  private wipe(): void {
    if (this.isShowing) process.stderr.write('\r\u001b[K');
    this.isShowing = false;
  }
}
