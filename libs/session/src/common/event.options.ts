import { checkBoolean, checkNames } from './option.checks.js';

/** What is told of what happens. */
export interface EventOptions {
  /**
   * Whether each event is a line of Nest's logger, with the context `Session` (ASVS 16.3). `false` if your own listener of
   * `SessionEvents` logs or filters them; then nothing tells that Redis is away either, but that listener.
   *
   * @default true
   */
  log?: boolean;
  /**
   * Whether the events of a login carry the name that was typed, as `account`. Off, because people type their password into
   * the wrong field, and what is in a log stays there (ASVS 16.2.5).
   *
   * @default false
   */
  accounts?: boolean;
}

/** {@link EventOptions} checked and with every default filled in. */
export type ResolvedEventOptions = Readonly<Required<EventOptions>>;

/** Checks the option group `events`. @throws InvalidOptionError */
export function resolveEventOptions(options: EventOptions = {}): ResolvedEventOptions {
  checkNames('events', options, ['log', 'accounts']);
  return {
    log: checkBoolean('events.log', options.log, true),
    accounts: checkBoolean('events.accounts', options.accounts, false),
  };
}
