import { Body, Controller, Get, Post, Query, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuthenticatedGuard, CurrentUser, LoginService, type SessionUser } from 'nestjs-redis-session';
import { done } from '../pages/answer.js';
import { frameOf } from '../pages/frame.js';
import { render } from '../pages/layout.js';
import { UsersService } from '../users/users.service.js';
import { type ConfirmBody, confirmBody, type ConfirmQuery, confirmQuery } from './confirm.body.js';
import { ConfirmErrorFilter } from './confirm-error.filter.js';
import { ConfirmPage } from './confirm.page.js';

/**
 * Asks whoever is logged in for the password once more. Every `@FreshLogin()` of this application leads here (`ErrorFilter`), and back.
 */
@Controller('account/confirm')
@UseGuards(AuthenticatedGuard)
export class ConfirmController {
  constructor(
    private readonly logins: LoginService,
    private readonly users: UsersService,
  ) {}

  @Get()
  form(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Query({ schema: confirmQuery }) { to }: ConfirmQuery,
  ): string {
    response.type('html');
    const frame = frameOf(request);
    const children = <ConfirmPage username={frame.username} to={to} />;
    return render({ title: 'Confirm your password', frame, children });
  }

  @Post()
  @UseFilters(ConfirmErrorFilter)
  async confirm(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentUser() { userId }: SessionUser,
    @Body({ schema: confirmBody }) { password, to }: ConfirmBody,
  ): Promise<{ success: true } | undefined> {
    const user = await this.users.find(userId);
    await this.logins.reauthenticate(request, {
      verify: () => user && this.users.check(user.name, password),
    });
    return done(request, response, { to, json: { success: true } });
  }
}
