import {
  Body,
  Controller,
  Get,
  HttpStatus,
  NotFoundException,
  Post,
  Put,
  Query,
  Req,
  Res,
  ServiceUnavailableException,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuthenticatedGuard, CurrentUser, type SessionUser } from 'nestjs-redis-session';
import { z } from 'zod';
import { answer as answerWith, done } from '../pages/answer.js';
import { wantsPage } from '../pages/negotiation.js';
import type { Profile } from '../users/user.js';
import { UsersService } from '../users/users.service.js';
import { profileBody, type ProfileBody } from './profile.body.js';
import { ProfileClient, type ServiceAnswer } from './profile.client.js';
import { ProfileErrorFilter } from './profile-error.filter.js';
import { ProfileKeeper } from './profile.keeper.js';
import { ProfilePage } from './profile.page.js';

/** `?saved` is there after a change. */
const profileQuery = z.object({ saved: z.unknown().optional() });

/** Shows users their profile as the profile service answers it, and changes it. */
@Controller('profile')
@UseGuards(AuthenticatedGuard)
export class ProfileController {
  constructor(
    private readonly users: UsersService,
    private readonly keeper: ProfileKeeper,
    private readonly service: ProfileClient,
  ) {}

  @Get()
  async profile(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentUser() { userId }: SessionUser,
    @Query({ schema: profileQuery }) { saved }: z.infer<typeof profileQuery>,
  ): Promise<Profile | string> {
    const [answer, known] = await Promise.all([this.ask(request, userId), this.users.profile(userId)]);
    if (known === undefined) throw notFound();
    if (answer.outcome === 'found' || wantsPage(request, { otherwise: 'json' })) {
      return answerWith(request, response, {
        json: answer.outcome === 'found' ? answer.profile : known,
        title: 'Profile',
        page: () => <ProfilePage answer={answer} known={known} isSaved={saved !== undefined} />,
      });
    }
    throw answer.outcome === 'missing' ? notFound() : unavailable(answer.reason);
  }

  @Post()
  @UseFilters(ProfileErrorFilter)
  async change(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentUser() { userId }: SessionUser,
    @Body({ schema: profileBody }) body: ProfileBody,
  ): Promise<Profile | undefined> {
    const isThere = (await this.users.changeProfile(userId, body)) !== undefined;
    const profile = isThere ? await this.keeper.refresh(userId) : undefined;
    if (profile === undefined) throw notFound();
    return done(request, response, { to: '/profile?saved', json: profile });
  }

  /** The same for programs, which have the word for it. */
  @Put()
  @UseFilters(ProfileErrorFilter)
  put(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentUser() user: SessionUser,
    @Body({ schema: profileBody }) body: ProfileBody,
  ): Promise<Profile | undefined> {
    return this.change(request, response, user, body);
  }

  /** Asks the service; a profile that it lacks (a login while Redis refused to write it, a week without change) is stored anew. */
  private async ask(request: Request, userId: string): Promise<ServiceAnswer> {
    const answer = await this.service.ask(request);
    if (answer.outcome !== 'missing') return answer;
    await this.keeper.refresh(userId);
    return this.service.ask(request);
  }
}

const notFound = (): NotFoundException =>
  new NotFoundException({
    statusCode: HttpStatus.NOT_FOUND,
    code: 'PROFILE_NOT_FOUND',
    message: 'There is no profile of this user.',
  });

const unavailable = (reason: string): ServiceUnavailableException =>
  new ServiceUnavailableException({
    statusCode: HttpStatus.SERVICE_UNAVAILABLE,
    code: 'PROFILE_SERVICE_UNAVAILABLE',
    message: `The profile service is not there. ${reason}`,
  });
