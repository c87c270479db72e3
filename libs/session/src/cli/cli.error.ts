/** What a user of the command is told instead of a stack trace: one sentence, with what to do. */
export class CliError extends Error {
  constructor(
    message: string,
    /** 1: it could not be done; 2: the command line is wrong. */
    readonly exitCode: 1 | 2,
  ) {
    super(message);
  }
}
