import { Body, Controller, Get, HttpStatus, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { type CurrentSession, userOf } from 'nestjs-redis-session';
import { SessionAnalytics } from 'nestjs-redis-session/analytics';
import { answer, done } from '../pages/answer.js';
import { wantsPage } from '../pages/negotiation.js';
import { accountBody, type AccountBody } from './account.body.js';
import { OpenStep } from './open-step.guard.js';
import { nothingToSubmit } from './sign-up.exception.js';
import { noticeQuery, type NoticeQuery } from './sign-up.notices.js';
import { pageOf } from './sign-up.page.js';
import { nextOf, type SignUpState, stateOf } from './sign-up.progress.js';
import { SignUpErrorFilter } from './sign-up-error.filter.js';
import { SignUpService } from './sign-up.service.js';
import { interestsBody, personBody, type Place, type Step, type StepValues } from './sign-up.steps.js';
import { WelcomePage, type Welcome } from './welcome.page.js';

/** A registration in four steps, which are kept in the session until they are submitted together. */
@Controller('sign-up')
@UseFilters(SignUpErrorFilter)
export class SignUpController {
  constructor(
    private readonly signUps: SignUpService,
    private readonly analytics: SessionAnalytics,
  ) {}

  @Get()
  @OpenStep('account')
  start(@Req() request: Request, @Res({ passthrough: true }) response: Response): SignUpState | undefined {
    const draft = this.signUps.draftOf(request.session);
    response.vary('Accept');
    if (!wantsPage(request, { otherwise: 'json' })) return stateOf(draft);
    response.status(HttpStatus.FOUND).location(`/sign-up/${nextOf(draft)}`);
    return undefined;
  }

  @Get('account')
  @OpenStep('account')
  accountForm(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Query({ schema: noticeQuery }) query: NoticeQuery,
  ): Promise<SignUpState | string> {
    return this.show(request, response, { place: 'account', ...query });
  }

  @Post('account')
  @OpenStep('account')
  async account(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body({ schema: accountBody }) body: AccountBody,
  ): Promise<SignUpState | undefined> {
    const values = await this.signUps.account(body, request.session);
    return this.keep(request, response, { step: 'account', values, next: 'person' });
  }

  @Get('person')
  @OpenStep('person')
  personForm(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Query({ schema: noticeQuery }) query: NoticeQuery,
  ): Promise<SignUpState | string> {
    return this.show(request, response, { place: 'person', ...query });
  }

  @Post('person')
  @OpenStep('person')
  person(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body({ schema: personBody }) values: StepValues['person'],
  ): Promise<SignUpState | undefined> {
    return this.keep(request, response, { step: 'person', values, next: 'interests' });
  }

  @Get('interests')
  @OpenStep('interests')
  interestsForm(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Query({ schema: noticeQuery }) query: NoticeQuery,
  ): Promise<SignUpState | string> {
    return this.show(request, response, { place: 'interests', ...query });
  }

  @Post('interests')
  @OpenStep('interests')
  interests(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body({ schema: interestsBody }) values: StepValues['interests'],
  ): Promise<SignUpState | undefined> {
    return this.keep(request, response, { step: 'interests', values, next: 'review' });
  }

  @Get('review')
  @OpenStep('review')
  review(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Query({ schema: noticeQuery }) query: NoticeQuery,
  ): Promise<SignUpState | string> {
    return this.show(request, response, { place: 'review', ...query });
  }

  /** Not guarded as the steps are: sent twice, the second one finds a session without steps, or a user who is logged in. */
  @Post('submit')
  async submit(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Welcome | undefined> {
    const { username, isFirst } = await this.signUps.submit(request);
    if (isFirst) this.reached(request.session, 'welcome');
    return done(request, response, {
      to: '/sign-up/welcome',
      json: { success: true, username, loggedIn: userOf(request.session) !== undefined },
    });
  }

  @Post('cancel')
  async cancel(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ success: true } | undefined> {
    await this.signUps.cancel(request.session);
    return done(request, response, { to: '/sign-up/account?notice=cancelled', json: { success: true } });
  }

  @Get('welcome')
  welcome(@Req() request: Request, @Res({ passthrough: true }) response: Response): Welcome | string {
    const { session } = request;
    const username = session.signedUp;
    // Of two submits at once, the browser may have kept the answer without the fresh cookie.
    if (username === undefined) throw nothingToSubmit();
    const welcome: Welcome = { success: true, username, loggedIn: userOf(session) !== undefined };
    return answer(request, response, {
      json: welcome,
      title: 'Welcome',
      page: () => <WelcomePage {...welcome} />,
    });
  }

  private async show(
    request: Request,
    response: Response,
    { place, notice }: NoticeQuery & { place: Place },
  ): Promise<SignUpState | string> {
    const { session } = request;
    const isExpired = await this.signUps.expire(session);
    const draft = this.signUps.draftOf(session);
    if (place === 'account' && draft.until === undefined) this.reached(session, 'account');
    return answer(request, response, {
      json: stateOf(draft),
      ...pageOf(place, { draft, notice: isExpired ? 'expired' : notice }),
    });
  }

  private async keep<S extends Step>(
    request: Request,
    response: Response,
    { step, values, next }: { step: S; values: StepValues[S]; next: Place },
  ): Promise<SignUpState | undefined> {
    const { session } = request;
    if (await this.signUps.keep(session, step, values)) this.reached(session, step, next);
    const json = stateOf(this.signUps.draftOf(session));
    return done(request, response, { to: `/sign-up/${next}`, json });
  }

  /** Counts how far visitors get. Whoever only looks at the first form gets no session, and is counted once something is kept. */
  private reached(session: CurrentSession, ...places: (Place | 'welcome')[]): void {
    for (const place of places) this.analytics.reach(session, 'sign-up', place);
  }
}
