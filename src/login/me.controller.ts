import { Controller, Get, UseGuards } from '@nestjs/common';
import { AuthenticatedGuard, CurrentUser, type SessionUser } from 'nestjs-redis-session';
import type { User } from '../users/user.js';
import { UsersService } from '../users/users.service.js';

/** Tells users who they are. */
@Controller('me')
@UseGuards(AuthenticatedGuard)
export class MeController {
  constructor(private readonly users: UsersService) {}

  @Get()
  async me(@CurrentUser() { userId, roles, authenticatedAt }: SessionUser): Promise<{
    user: User;
    authenticatedAt: string;
  }> {
    const name = (await this.users.find(userId))?.name ?? userId;
    return { user: { userId, name, roles }, authenticatedAt: new Date(authenticatedAt).toISOString() };
  }
}
