import { Body, Controller, Get, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { CurrentSession, PassiveSession, SessionService } from 'nestjs-redis-session';
import { answer, done } from '../pages/answer.js';
import { type CustomBody, customBody } from './expiration.body.js';
import { ExpirationErrorFilter } from './expiration-error.filter.js';
import { ExpirationPage } from './expiration.page.js';
import { ExpirationService } from './expiration.service.js';
import type { ExpirationView, TimeLeft } from './expiration.view.js';

const PAGE = '/expiration';

/** Shows when the session ends and why, and lets its visitor stay. */
@Controller('expiration')
export class ExpirationController {
  constructor(
    private readonly expiration: ExpirationService,
    private readonly sessions: SessionService,
  ) {}

  @Get()
  async show(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentSession() session: CurrentSession,
  ): Promise<string | ExpirationView> {
    // Activity is noted when the answer leaves, in steps of a tenth of the timeout. Noted now, what the page shows is exact.
    await this.sessions.touch(session);
    const view = this.expiration.strategies(session);
    return answer(request, response, {
      json: view,
      title: 'Session expiration',
      page: () => <ExpirationPage view={view} />,
    });
  }

  /** What pages ask every few seconds. It is not activity: otherwise an open page would keep its session for ever. */
  @Get('time-left')
  @PassiveSession()
  timeLeft(@CurrentSession() session: CurrentSession): TimeLeft {
    return this.expiration.timeLeft(session);
  }

  @Post('stay')
  async stay(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentSession() session: CurrentSession,
  ): Promise<TimeLeft | undefined> {
    await this.sessions.touch(session);
    return done(request, response, { to: PAGE, json: this.expiration.timeLeft(session) });
  }

  @Post('custom')
  @UseFilters(ExpirationErrorFilter)
  async choose(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentSession() session: CurrentSession,
    @Body({ schema: customBody }) { minutes }: CustomBody,
  ): Promise<ExpirationView | undefined> {
    await this.expiration.choose(session, minutes);
    return done(request, response, { to: PAGE, json: this.expiration.strategies(session) });
  }

  @Post('default')
  async takeBack(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentSession() session: CurrentSession,
  ): Promise<ExpirationView | undefined> {
    await this.expiration.takeBack(session);
    return done(request, response, { to: PAGE, json: this.expiration.strategies(session) });
  }
}
