import { isatty } from 'node:tty';
import { ConsoleLogger } from '@nestjs/common';

/** Parts of Nest that report each module, route and step of the start; "Ready" says all that a reader needs. */
const CHATTY = new Set([
  'InstanceLoader',
  'NestFactory',
  'NestApplication',
  'RouterExplorer',
  'RoutesResolver',
]);
/** They print, stack included, what they then throw; main.ts tells it in one sentence. */
const REPORTED_ELSEWHERE = new Set(['ExceptionHandler', 'NestApplication']);

/** Nest's logger without its account of the start. */
export class QuietLogger extends ConsoleLogger {
  constructor() {
    // In a file, colours would be noise.
    super({ colors: isatty(1) });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (!CHATTY.has(contextOf(rest))) super.log(message, ...rest);
  }

  override error(message: unknown, ...rest: unknown[]): void {
    if (!REPORTED_ELSEWHERE.has(contextOf(rest))) super.error(message, ...rest);
  }
}

/** Nest passes the name of the part that logs as the last argument. */
function contextOf(rest: readonly unknown[]): string {
  return String(rest.at(-1));
}
