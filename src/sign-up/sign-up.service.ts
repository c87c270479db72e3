import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import {
  Clock,
  type CurrentSession,
  LoginBlockedException,
  LoginService,
  minutes,
  SessionEndedError,
  SessionLimitException,
  SessionService,
  userOf,
} from 'nestjs-redis-session';
import { invalidInput } from '../pages/invalid-input.exception.js';
import { keyOf, type User } from '../users/user.js';
import { UsersService } from '../users/users.service.js';
import type { AccountBody } from './account.body.js';
import { alreadyLoggedIn, nameTaken, nothingToSubmit, stepNotOpen } from './sign-up.exception.js';
import { isOpen, nextOf } from './sign-up.progress.js';
import type { SignUpDraft } from './sign-up.session.js';
import { type Step, STEPS, type StepValues } from './sign-up.steps.js';

/** How long what was typed is kept after the last step: shorter than a session that goes on elsewhere on the site. */
const KEPT_FOR = minutes(15);

/** What became of a submit. */
export interface SignedUp {
  username: string;
  /** Whether it was this submit, of perhaps several at once. */
  isFirst: boolean;
}

/** Keeps the steps of a registration in the session, and makes the account of them. */
@Injectable()
export class SignUpService {
  constructor(
    private readonly sessions: SessionService,
    private readonly users: UsersService,
    private readonly logins: LoginService,
    private readonly clock: Clock,
  ) {}

  /** What was typed so far; nothing if its time is over. */
  draftOf({ signUp }: Pick<CurrentSession, 'signUp'>): Partial<SignUpDraft> {
    return signUp === undefined || this.isOver(signUp) ? {} : signUp;
  }

  /** Removes what was typed if its time is over, and tells whether it is, until the first step is done again. */
  async expire(session: CurrentSession): Promise<boolean> {
    const { signUp } = session;
    if (signUp === undefined || !this.isOver(signUp)) return false;
    if (STEPS.some((step) => signUp[step] !== undefined)) {
      await this.sessions.update(session, (data) => {
        if (data.signUp && this.isOver(data.signUp)) data.signUp = { until: data.signUp.until };
      });
    }
    return true;
  }

  /** What of the first step is kept. @throws BadRequestException 400, SignUpException 409 if the name is taken */
  async account(
    { username, password }: AccountBody,
    session: CurrentSession,
  ): Promise<StepValues['account']> {
    const before = this.draftOf(session).account;
    const isSameName = before !== undefined && keyOf(before.username) === keyOf(username);
    // Asked before the password is hashed, which is dear on purpose. Who else takes the name until the submit, is seen there.
    if (await this.users.isTaken(username)) throw nameTaken();
    if (password !== '') return { username, password: await this.users.hash(password) };
    if (isSameName) return { username, password: before.password };
    // A password that was fine for one name may be another name.
    const message = before === undefined ? 'must not be empty' : 'must be typed again for another user name';
    throw invalidInput([{ path: ['password'], message }]);
  }

  /**
   * Keeps a step and starts the time anew. In one step with the look whether it is open: meanwhile another tab may have cancelled.
   *
   * @returns whether the step was done for the first time
   * @throws SignUpException 409 if a step before it is not done
   */
  keep<S extends Step>(session: CurrentSession, step: S, values: StepValues[S]): Promise<boolean> {
    return this.sessions.update(session, (data) => {
      const draft = this.draftOf(data);
      if (!isOpen(draft, step)) throw stepNotOpen(nextOf(draft));
      const next: SignUpDraft = { ...draft, [step]: values, until: this.clock.now() + KEPT_FOR };
      if (step === 'account') delete next.takenName;
      data.signUp = next;
      delete data.signedUp;
      return draft[step] === undefined;
    });
  }

  /** Forgets all steps. */
  cancel(session: CurrentSession): Promise<void> {
    return this.sessions.update(session, (data) => {
      delete data.signUp;
    });
  }

  /**
   * Makes the account, and logs its user in. However often and at whatever moment it is called, there is one account and one login:
   *
   *   create   from the hash in the session: repeated, it gives the account that is there already. So if this process ends after it,
   *            the next submit goes on where this one stopped
   *   take     the steps off the session, which one of several requests does
   *   log in   by that one alone: the session ends and another one with a fresh id takes its place
   *
   * The others say the same without a login, because the fresh cookie is for one answer only.
   *
   * @throws SignUpException 409 if a step is missing, or somebody has taken the name meanwhile
   */
  async submit(request: Request): Promise<SignedUp> {
    const { session } = request;
    const draft = this.draftOf(session);
    const { account, person, interests } = draft;
    if (session.signedUp !== undefined && account === undefined) {
      return { username: session.signedUp, isFirst: false };
    }
    if (userOf(session) !== undefined) throw alreadyLoggedIn();
    if (account === undefined || person === undefined || interests === undefined) {
      throw draft.until === undefined ? nothingToSubmit() : stepNotOpen(nextOf(draft));
    }
    const { username, password } = account;
    const user = await this.users.create({ name: username, password, ...person, ...interests });
    if (user === undefined) {
      await this.askForAnotherName(session, account);
      throw nameTaken({ leadsTo: '/sign-up/account' });
    }
    const isFirst = await this.take(session, account, user.name);
    if (isFirst) await this.logIn(request, user);
    return { username: user.name, isFirst };
  }

  /** The other steps stay. */
  private askForAnotherName(session: CurrentSession, account: StepValues['account']): Promise<void> {
    return this.sessions.update(session, ({ signUp }) => {
      if (signUp === undefined || !isOf(signUp, account)) return;
      delete signUp.account;
      signUp.takenName = account.username;
    });
  }

  private async take(
    session: CurrentSession,
    account: StepValues['account'],
    username: string,
  ): Promise<boolean> {
    try {
      return await this.sessions.update(session, (data) => {
        if (data.signUp === undefined || !isOf(data.signUp, account)) return false;
        delete data.signUp;
        data.signedUp = username;
        return true;
      });
    } catch (error) {
      // The first one is logged in already.
      if (error instanceof SessionEndedError) return false;
      throw error;
    }
  }

  private async logIn(request: Request, user: User): Promise<void> {
    const { name: username } = user;
    const data = () => ({ username, signedUp: username });
    try {
      await this.logins.login(request, { account: username, verify: () => user, data });
    } catch (error) {
      // Too many wrong passwords came from this address before. The account is there all the same, and the page says how to go on.
      if (error instanceof LoginBlockedException || error instanceof SessionLimitException) return;
      throw error;
    }
  }

  private isOver({ until }: SignUpDraft): boolean {
    return this.clock.now() >= until;
  }
}

/** Whether the steps are still those of which an account was made: each hash has a salt of its own. */
const isOf = ({ account }: SignUpDraft, { password }: StepValues['account']): boolean =>
  account?.password.argon2id === password.argon2id;
