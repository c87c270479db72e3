import { Body, Controller, Get, Post, Put, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuthenticatedGuard, CurrentUser, type SessionUser } from 'nestjs-redis-session';
import { answer, done } from '../pages/answer.js';
import { PreferencesErrorFilter } from './preferences-error.filter.js';
import { type Preferences, preferencesBody } from './preferences.inputs.js';
import { PreferencesPage } from './preferences.page.js';
import { type KeptPreferences, PreferencesService } from './preferences.service.js';

/** The preferences of whoever is logged in, kept beside the session. */
@Controller('session/preferences')
@UseGuards(AuthenticatedGuard)
@UseFilters(PreferencesErrorFilter)
export class PreferencesController {
  constructor(private readonly preferences: PreferencesService) {}

  @Get()
  async show(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentUser() { userId }: SessionUser,
  ): Promise<KeptPreferences | string> {
    const json = await this.preferences.find(userId);
    return answer(request, response, {
      json,
      title: 'Preferences',
      page: () => <PreferencesPage values={json.preferences} kept={json} />,
    });
  }

  @Put()
  async keep(
    @CurrentUser() { userId }: SessionUser,
    @Body({ schema: preferencesBody }) preferences: Preferences,
  ): Promise<KeptPreferences> {
    await this.preferences.keep(userId, preferences);
    return this.preferences.find(userId);
  }

  @Post()
  async keepForm(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentUser() user: SessionUser,
    @Body({ schema: preferencesBody }) preferences: Preferences,
  ): Promise<KeptPreferences | undefined> {
    return done(request, response, {
      to: '/session/preferences',
      json: await this.keep(user, preferences),
    });
  }
}
