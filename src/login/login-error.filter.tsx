import { Catch, HttpStatus } from '@nestjs/common';
import type { Request } from 'express';
import { seconds } from 'nestjs-redis-session';
import type { Refusal } from '../pages/error.filter.js';
import { FormErrorFilter, textOf } from '../pages/form-error.filter.js';
import { pathHere } from '../pages/return.path.js';
import { LoginPage } from './login.page.js';

/** Shows the login form again. */
@Catch()
export class LoginErrorFilter extends FormErrorFilter {
  protected form(
    { message, statusCode }: Refusal,
    { username, to }: Readonly<Record<string, unknown>>,
    request: Request,
  ) {
    const isBlocked = statusCode === HttpStatus.TOO_MANY_REQUESTS;
    const wait = isBlocked ? seconds(Number(request.res?.getHeader('Retry-After') ?? 0)) : undefined;
    const page = <LoginPage typed={textOf(username)} to={pathHere(to)} problem={message} wait={wait} />;
    return { title: 'Log in', page };
  }
}
