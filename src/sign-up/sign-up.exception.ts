import { HttpException, HttpStatus } from '@nestjs/common';
import type { Place } from './sign-up.steps.js';

interface Refused {
  code: 'STEP_NOT_OPEN' | 'NOTHING_TO_SUBMIT' | 'NAME_TAKEN' | 'ALREADY_LOGGED_IN';
  message: string;
  problems?: Readonly<Record<string, string>>;
  /** Where a browser is sent on to, in place of a page that says so. */
  leadsTo?: string;
}

/** 409: the step is not possible as things are. `code` is stable. */
export class SignUpException extends HttpException {
  readonly leadsTo: string | undefined;

  constructor({ leadsTo, ...body }: Refused) {
    super({ statusCode: HttpStatus.CONFLICT, ...body }, HttpStatus.CONFLICT);
    this.leadsTo = leadsTo;
  }
}

/** @param open the first step that is not done */
export const stepNotOpen = (open: Place): SignUpException =>
  new SignUpException({
    code: 'STEP_NOT_OPEN',
    message: `The steps before this one are not done. The next one is "${open}".`,
    leadsTo: `/sign-up/${open}?notice=order`,
  });

export const nothingToSubmit = (): SignUpException =>
  new SignUpException({
    code: 'NOTHING_TO_SUBMIT',
    message: 'There is nothing to submit: it was submitted already, cancelled, or not finished in time.',
    leadsTo: '/sign-up/account?notice=nothing',
  });

/**
 * It tells whoever asks which names exist. That is accepted, because names of users are public here, and a form that hid it could not say
 * what to change. Where a name is a mail address, answer the same in both cases, and let the mail that follows tell.
 */
export const nameTaken = ({ leadsTo }: { leadsTo?: string } = {}): SignUpException =>
  new SignUpException({
    code: 'NAME_TAKEN',
    message: 'That user name is taken.',
    problems: { username: 'is taken' },
    leadsTo,
  });

export const alreadyLoggedIn = (): SignUpException =>
  new SignUpException({
    code: 'ALREADY_LOGGED_IN',
    message: 'You are logged in. To make another account, log out first.',
  });
