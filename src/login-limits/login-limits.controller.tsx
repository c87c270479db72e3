import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { CurrentUser, LoginAttemptLimiter, type SessionUser } from 'nestjs-redis-session';
import { answer } from '../pages/answer.js';
import { UsersService } from '../users/users.service.js';
import { LoginLimitsPage } from './login-limits.page.js';
import { countedView, limitsView, type LoginLimitsView } from './login-limits.view.js';

/** Explains how logins are limited, and shows visitors what is counted for themselves. */
@Controller('login-limits')
export class LoginLimitsController {
  constructor(
    private readonly limiter: LoginAttemptLimiter,
    private readonly users: UsersService,
  ) {}

  @Get()
  async limits(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentUser() user: SessionUser | undefined,
  ): Promise<string | LoginLimitsView> {
    const { limiter } = this;
    // Of accounts only one's own: what others' show would tell who is being attacked, and which names exist.
    const account = user && (await this.users.find(user.userId))?.name;
    const status = await limiter.status({ account, address: request.ip ?? 'unknown' });
    const address = status.address ?? { network: 'unknown', attempts: 0, blockedFor: 0 };
    const view: LoginLimitsView = {
      limits: limitsView(limiter.limits),
      address: { network: address.network, ...countedView(address, limiter.limits.address?.maxAttempts) },
      ...(status.account && {
        account: countedView(status.account, limiter.limits.account?.maxAttempts),
      }),
    };
    return answer(request, response, {
      json: view,
      title: 'Login limits',
      page: () => <LoginLimitsPage view={view} />,
    });
  }
}
