import { Controller, Get, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import {
  AuthenticatedGuard,
  CurrentUser,
  handleOf,
  SessionEndedException,
  SessionRegistry,
  type SessionUser,
} from 'nestjs-redis-session';
import { z } from 'zod';
import { answer } from '../pages/answer.js';
import type { User } from '../users/user.js';
import { UsersService } from '../users/users.service.js';
import { AccountPage } from './account.page.js';

/** What was done just now. What else stands there is of no interest. */
const query = z.object({ done: z.literal('password').optional().catch(undefined) });

/** Who somebody is logged in as. Instants are ISO 8601. */
export interface AccountAnswer {
  user: User;
  /** When the password was given last. */
  authenticatedAt: string;
  /** When the session ends if nothing more happens. */
  expiresAt: string;
  /** `fresh` if the password was given lately, `remembered` if the device is only known. */
  level: 'fresh' | 'remembered';
  /** Whether "remember me" was ticked. */
  remembered: boolean;
}

/** Tells users who they are here, and how sure that is. */
@Controller('account')
@UseGuards(AuthenticatedGuard)
export class AccountController {
  constructor(
    private readonly users: UsersService,
    private readonly registry: SessionRegistry,
  ) {}

  @Get()
  async account(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentUser() { userId, roles, authenticatedAt }: SessionUser,
    @Query({ schema: query }) { done }: z.infer<typeof query>,
  ): Promise<AccountAnswer | string> {
    const handle = handleOf(request.session);
    const [found, sessions] = await Promise.all([this.users.find(userId), this.registry.list(userId)]);
    const current = sessions.find((session) => session.handle === handle);
    if (current === undefined) throw new SessionEndedException();
    const { level, remembered, expiresAt } = current;
    const user = { userId, name: found?.name ?? userId, roles };
    return answer(request, response, {
      json: {
        user,
        authenticatedAt: new Date(authenticatedAt).toISOString(),
        expiresAt: new Date(expiresAt).toISOString(),
        level,
        remembered,
      },
      title: 'Account',
      page: () => <AccountPage user={user} session={current} isChanged={done === 'password'} />,
    });
  }
}
