import { Controller, Get, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuthenticatedGuard, Roles, RolesGuard } from 'nestjs-redis-session';
import { type AnalyticsDay, type AnalyticsNow, SessionAnalytics } from 'nestjs-redis-session/analytics';
import { answer } from '../pages/answer.js';
import { AnalyticsPage } from './analytics.page.js';
import { type AnalyticsQuery, analyticsQuery } from './analytics.query.js';

/** Shows administrators how the sessions of this application are used. */
@Controller('admin/analytics')
@UseGuards(AuthenticatedGuard, RolesGuard)
@Roles('admin')
export class AnalyticsController {
  constructor(private readonly analytics: SessionAnalytics) {}

  @Get()
  async show(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Query({ schema: analyticsQuery }) { days: count }: AnalyticsQuery,
  ): Promise<string | { now: AnalyticsNow; days: AnalyticsDay[] }> {
    const [now, days] = await Promise.all([this.analytics.now(), this.analytics.lastDays(count)]);
    return answer(request, response, {
      json: { now, days },
      title: 'Analytics',
      page: () => <AnalyticsPage now={now} days={days} />,
    });
  }
}
