import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { PassiveSession } from 'nestjs-redis-session';
import { answer } from '../pages/answer.js';
import { GuidePage } from './guide.page.js';
import type { GuideRow } from './guide.row.js';
import { GUIDE } from './guide.rows.js';

/** Says where each chapter, pattern and exercise of the guide to Redis session storage can be seen at work. */
@PassiveSession()
@Controller('guide')
export class GuideController {
  @Get()
  guide(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): string | { guide: readonly GuideRow[] } {
    return answer(request, response, {
      json: { guide: GUIDE },
      title: 'The guide, working',
      page: () => <GuidePage rows={GUIDE} />,
    });
  }
}
