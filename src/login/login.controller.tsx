import { Body, Controller, Get, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { LoginService } from 'nestjs-redis-session';
import { answer, done } from '../pages/answer.js';
import { frameOf } from '../pages/frame.js';
import { isForm } from '../pages/negotiation.js';
import type { User } from '../users/user.js';
import { UsersService } from '../users/users.service.js';
import { loginBody, type LoginBody, loginQuery, type LoginQuery } from './login.body.js';
import { LoginErrorFilter } from './login-error.filter.js';
import { LoginPage } from './login.page.js';

/** Logs in and out. Programs send and get JSON; forms are sent on to where their user was going, or to the start page. */
@Controller()
export class LoginController {
  constructor(
    private readonly logins: LoginService,
    private readonly users: UsersService,
  ) {}

  @Get('login')
  form(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Query({ schema: loginQuery }) { to }: LoginQuery,
  ): string | { username: string | null } {
    const { username } = frameOf(request);
    return answer(request, response, {
      json: { username: username ?? null },
      title: 'Log in',
      page: () => <LoginPage username={username} to={to} />,
      otherwise: 'page',
    });
  }

  @Post('login')
  @UseFilters(LoginErrorFilter)
  async login(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body({ schema: loginBody }) { username, password, rememberMe, to }: LoginBody,
  ): Promise<{ success: true; user: User } | undefined> {
    const user = await this.logins.login(request, {
      account: username,
      verify: () => this.users.check(username, password),
      // A form says nothing of a box that is not ticked.
      rememberMe: isForm(request) ? (rememberMe ?? false) : rememberMe,
    });
    request.session.username = user.name;
    return done(request, response, { to, json: { success: true, user } });
  }

  @Post('logout')
  async logout(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ success: true } | undefined> {
    await this.logins.logout(request);
    return done(request, response, { to: '/', json: { success: true } });
  }
}
