import { Controller, Get, HttpException, Param, Post, Req } from '@nestjs/common';
import {
  type AnyRequest,
  CurrentSession,
  LoginService,
  PassiveSession,
  Roles,
  RolesGuard,
} from 'nestjs-redis-session';
import { FunnelStep, SessionAnalytics } from 'nestjs-redis-session/analytics';
import { UseGuards } from '@nestjs/common';

declare module 'express-session' {
  interface SessionData {
    /** How often `GET /visit` was asked. */
    analyticsVisits: number;
  }
}

/** What the names that must not be found are made of. */
export const PRODUCT = 'very-secret-product-17';
export const USER = 'user-number-4711';

/** Routes of every kind that is counted, or not. */
@Controller()
export class AnalyticsController {
  constructor(
    private readonly analytics: SessionAnalytics,
    private readonly logins: LoginService,
  ) {}

  /** Stores a session. */
  @Get('visit')
  visit(@CurrentSession() session: CurrentSession) {
    return { visits: (session.analyticsVisits = (session.analyticsVisits ?? 0) + 1) };
  }

  /** Stores nothing. */
  @Get('look')
  look() {
    return { looked: true };
  }

  @Get('cart/:productId')
  product(@Param('productId') productId: string) {
    return { productId };
  }

  @PassiveSession()
  @Get('poll')
  poll() {
    return { polled: true };
  }

  @Post('login')
  async login(@Req() request: AnyRequest) {
    await this.logins.login(request, { account: USER, verify: () => ({ userId: USER, roles: [] }) });
    return { success: true };
  }

  @Post('logout')
  async logout(@Req() request: AnyRequest) {
    await this.logins.logout(request);
    return { success: true };
  }

  @UseGuards(RolesGuard)
  @Roles('nobody-has-it')
  @Get('refused')
  refused() {
    return { refused: false };
  }

  @FunnelStep('sign-up', 'account')
  @Post('sign-up/account')
  account(@CurrentSession() session: CurrentSession) {
    session.analyticsVisits = 1;
    return { step: 'account' };
  }

  @FunnelStep('sign-up', 'review')
  @Post('sign-up/review')
  review() {
    throw new HttpException('No.', 400);
  }

  @Post('sign-up/done')
  done(@CurrentSession() session: CurrentSession) {
    this.analytics.reach(session, 'sign-up', 'done');
    return { step: 'done' };
  }
}

/** One of these routes in an application that does not count. */
@Controller()
export class LookController {
  @Get('look')
  look() {
    return { looked: true };
  }
}
