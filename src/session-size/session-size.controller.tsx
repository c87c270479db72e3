import { Body, Controller, Delete, Get, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { userOf } from 'nestjs-redis-session';
import { answer, done } from '../pages/answer.js';
import { type ConnectionFacts, ConnectionsService, type Loads } from './connections.service.js';
import { PreferencesService } from './preferences.service.js';
import { SessionSizeErrorFilter } from './session-size-error.filter.js';
import { historyBody, type HistoryBody, loadsQuery, type LoadsQuery } from './session-size.inputs.js';
import { LoadsPage, SessionSizePage } from './session-size.page.js';
import { SessionSizeService } from './session-size.service.js';
import type { SessionSize } from './session.measure.js';

/** What programs get from `GET /session`. */
interface SessionAnswer {
  session: SessionSize;
  connections: ConnectionFacts;
  /** Of what is kept beside the session; `null` if nobody is logged in. */
  preferencesBytes: number | null;
}

/** Shows how large the visitor's session is, and how it comes from Redis. */
@Controller('session')
@UseFilters(SessionSizeErrorFilter)
export class SessionSizeController {
  constructor(
    private readonly sizes: SessionSizeService,
    private readonly connections: ConnectionsService,
    private readonly preferences: PreferencesService,
  ) {}

  @Get()
  async show(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionAnswer | string> {
    const user = userOf(request.session);
    const [session, connections, kept] = await Promise.all([
      this.sizes.measure(request.session),
      this.connections.facts(),
      user && this.preferences.find(user.userId),
    ]);
    const json = { session, connections, preferencesBytes: kept?.bytes ?? null };
    return answer(request, response, {
      json,
      title: 'Session size',
      page: () => <SessionSizePage {...json} />,
    });
  }

  @Post('history')
  async addHistory(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body({ schema: historyBody }) { kilobytes }: HistoryBody,
  ): Promise<SessionSize | undefined> {
    await this.sizes.addHistory(request.session, kilobytes);
    return this.changed(request, response);
  }

  @Delete('history')
  async removeHistory(@Req() request: Request): Promise<SessionSize> {
    await this.sizes.removeHistory(request.session);
    return this.sizes.measure(request.session);
  }

  @Post('history/remove')
  async removeHistoryByForm(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionSize | undefined> {
    await this.sizes.removeHistory(request.session);
    return this.changed(request, response);
  }

  /** GET, because it changes nothing. */
  @Get('loads')
  async loads(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Query({ schema: loadsQuery }) { count }: LoadsQuery,
  ): Promise<Loads | string> {
    const json = await this.connections.load(this.sizes.keyOf(request.session), count);
    return answer(request, response, { json, title: 'Loads at once', page: () => <LoadsPage {...json} /> });
  }

  private async changed(request: Request, response: Response): Promise<SessionSize | undefined> {
    return done(request, response, { to: '/session', json: await this.sizes.measure(request.session) });
  }
}
