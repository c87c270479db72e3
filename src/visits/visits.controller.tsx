import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { SessionService } from 'nestjs-redis-session';
import { answer } from '../pages/answer.js';
import { VisitsPage } from './visits.page.js';

/** Counts the visits of each visitor, in the session. */
@Controller()
export class VisitsController {
  constructor(private readonly sessions: SessionService) {}

  @Get()
  async visits(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string | { visitCount: number }> {
    // As one step, so that visits at one time, in several tabs or at several services, all count.
    const visitCount = await this.sessions.update(
      request.session,
      (session) => (session.visitCount = (session.visitCount ?? 0) + 1),
    );
    return answer(request, response, {
      json: { visitCount },
      title: 'Visits',
      page: () => <VisitsPage visitCount={visitCount} />,
      otherwise: 'page',
    });
  }
}
