import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { handleOf, PassiveSession } from 'nestjs-redis-session';
import { answer } from '../pages/answer.js';
import { ExaminePage } from './examine.page.js';
import { type RedisMemory, type StoredRecord, StoredRecords } from './stored.records.js';

/** Shows visitors their own session as Redis has it, which nobody could see without its cookie. */
@PassiveSession()
@Controller('examine')
export class ExamineController {
  constructor(private readonly records: StoredRecords) {}

  @Get()
  async examine(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string | { record: StoredRecord | null; memory: RedisMemory }> {
    const handle = handleOf(request.session);
    const [record, memory] = await Promise.all([
      handle === undefined ? undefined : this.records.find(handle),
      this.records.memory(),
    ]);
    return answer(request, response, {
      json: { record: record ?? null, memory },
      title: 'Your session in Redis',
      page: () => <ExaminePage record={record} memory={memory} />,
    });
  }
}
