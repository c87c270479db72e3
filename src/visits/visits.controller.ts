import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { CurrentUser, type SessionUser } from 'nestjs-redis-session';
import { wantsPage } from '../pages/negotiation.js';
import { visitsPage } from './visits.page.js';

/** Counts the visits of each visitor, in the session. */
@Controller()
export class VisitsController {
  @Get()
  visits(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentUser() user: SessionUser | undefined,
  ): string | { visitCount: number } {
    const { session } = request;
    const visitCount = (session.visitCount ?? 0) + 1;
    session.visitCount = visitCount;
    response.vary('Accept');
    if (!wantsPage(request, { otherwise: 'page' })) return { visitCount };
    response.type('html');
    return visitsPage({ visitCount, username: user && (session.username ?? user.userId) });
  }
}
