import { Body, Controller, Get, HttpStatus, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { CurrentUser, LoginService, type SessionUser } from 'nestjs-redis-session';
import { isForm, wantsPage } from '../pages/negotiation.js';
import { loginBody, type LoginBody } from './login.body.js';
import { LoginErrorFilter } from './login-error.filter.js';
import { loginPage } from './login.page.js';
import type { User } from './user.accounts.js';
import { UsersService } from './users.service.js';

/** Logs in and out. Programs send and get JSON; forms are sent on to the start page. */
@Controller()
export class LoginController {
  constructor(
    private readonly logins: LoginService,
    private readonly users: UsersService,
  ) {}

  @Get('login')
  form(
    @Req() { session }: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentUser() user?: SessionUser,
  ): string {
    response.type('html');
    return loginPage({ username: user && (session.username ?? user.userId) });
  }

  @Post('login')
  @UseFilters(LoginErrorFilter)
  async login(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body({ schema: loginBody }) { username, password, rememberMe }: LoginBody,
  ): Promise<{ success: true; user: User } | undefined> {
    const user = await this.logins.login(request, {
      account: username,
      verify: () => this.users.check(username, password),
      // A form says nothing of a box that is not ticked.
      rememberMe: isForm(request) ? (rememberMe ?? false) : rememberMe,
    });
    request.session.username = user.name;
    return answer(request, response, { success: true, user });
  }

  @Post('logout')
  async logout(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ success: true } | undefined> {
    await this.logins.logout(request);
    return answer(request, response, { success: true });
  }
}

/** Sends a form on, so that reloading the page sends nothing twice; programs get JSON. */
function answer<T>(request: Request, response: Response, json: T): T | undefined {
  if (isForm(request) && wantsPage(request, { otherwise: 'page' })) {
    response.status(HttpStatus.SEE_OTHER).location('/');
    return undefined;
  }
  response.status(HttpStatus.OK);
  return json;
}
