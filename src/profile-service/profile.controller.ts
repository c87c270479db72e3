import { Controller, Get, HttpStatus, NotFoundException, UseGuards } from '@nestjs/common';
import { AuthenticatedGuard, CurrentUser, type SessionUser } from 'nestjs-redis-session';
import { ProfileStore } from '../users/profile.store.js';
import type { Profile } from '../users/user.js';

/** Tells users their profile. Who they are says the session, which the main application has made. */
@Controller('profile')
@UseGuards(AuthenticatedGuard)
export class ProfileController {
  constructor(private readonly profiles: ProfileStore) {}

  @Get()
  async profile(@CurrentUser() { userId }: SessionUser): Promise<Profile> {
    const profile = await this.profiles.find(userId);
    if (profile !== undefined) return profile;
    throw new NotFoundException({
      statusCode: HttpStatus.NOT_FOUND,
      code: 'PROFILE_NOT_FOUND',
      message: 'No profile of this user is kept. It comes back with the next login.',
    });
  }
}
