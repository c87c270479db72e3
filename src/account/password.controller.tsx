import { Body, Controller, Get, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import {
  CurrentUser,
  FreshLogin,
  FreshLoginGuard,
  LoginService,
  minutes,
  SessionEndedException,
  type SessionUser,
} from 'nestjs-redis-session';
import { done } from '../pages/answer.js';
import { frameOf } from '../pages/frame.js';
import { invalidInput } from '../pages/invalid-input.exception.js';
import { render } from '../pages/layout.js';
import { problemWithPassword } from '../users/password.rule.js';
import { UsersService } from '../users/users.service.js';
import { type PasswordBody, passwordBody } from './password.body.js';
import { PasswordErrorFilter } from './password-error.filter.js';
import { PasswordPage } from './password.page.js';

/** Changes the password of somebody who has given the current one within the last minutes (ASVS 5.0, 6.2.3 and 7.5.1). */
@Controller('account/password')
@UseGuards(FreshLoginGuard)
@FreshLogin({ within: minutes(5) })
export class PasswordController {
  constructor(
    private readonly logins: LoginService,
    private readonly users: UsersService,
  ) {}

  @Get()
  form(@Req() request: Request, @Res({ passthrough: true }) response: Response): string {
    response.type('html');
    const frame = frameOf(request);
    const children = <PasswordPage username={frame.username} />;
    return render({ title: 'Change your password', frame, children });
  }

  @Post()
  @UseFilters(PasswordErrorFilter)
  async change(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentUser() { userId }: SessionUser,
    @Body({ schema: passwordBody }) { currentPassword, newPassword }: PasswordBody,
  ): Promise<{ success: true; ended: number } | undefined> {
    const user = await this.users.find(userId);
    if (user === undefined) throw new SessionEndedException();
    const message = problemWithPassword(newPassword, user.name);
    if (message !== undefined) throw invalidInput([{ path: ['newPassword'], message }]);
    if (currentPassword !== undefined) {
      const verify = () => this.users.check(user.name, currentPassword);
      await this.logins.reauthenticate(request, { verify });
    }
    // In this order: whoever logs in with the old password meanwhile is logged out again by what follows.
    await this.users.changePassword(userId, newPassword);
    const ended = await this.logins.credentialsChanged(userId, { keepCurrent: request });
    return done(request, response, { to: '/account?done=password', json: { success: true, ended } });
  }
}
