import type { LoggerService } from '@nestjs/common';

/** A logger that keeps what it is given as `<level> <context> <message>`, one line each. */
export class LinesLogger implements LoggerService {
  readonly lines: string[] = [];
  readonly log = this.keep('log');
  readonly error = this.keep('error');
  readonly warn = this.keep('warn');
  readonly debug = this.keep('debug');

  /** What was written in the context `Session`, without it. */
  get sessionLines(): string[] {
    return this.lines
      .filter((line) => line.split(' ', 2)[1] === 'Session')
      .map((line) => line.replace(' Session', ''));
  }

  private keep(level: string) {
    // Nest passes the context as the last argument.
    return (message: unknown, ...rest: unknown[]): void => {
      this.lines.push(`${level} ${String(rest.at(-1))} ${String(message)}`);
    };
  }
}
