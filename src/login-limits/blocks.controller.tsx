import {
  Body,
  Controller,
  Get,
  HttpCode,
  Post,
  Query,
  Redirect,
  Req,
  Res,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import {
  Clock,
  FreshLogin,
  FreshLoginGuard,
  LoginAttemptLimiter,
  Roles,
  RolesGuard,
} from 'nestjs-redis-session';
import { answer, done } from '../pages/answer.js';
import {
  findBody,
  type FindBody,
  type News,
  newsQuery,
  resetBody,
  type ResetBody,
  unblockBody,
  type UnblockBody,
} from './blocks.body.js';
import { BlocksErrorFilter } from './blocks-error.filter.js';
import { BlocksPage, FoundPage } from './blocks.page.js';
import { type BlocksView, blocksView, type FoundView, foundView } from './blocks.view.js';

const PAGE = '/admin/blocks';

/** Shows administrators which logins are blocked now, and lets them lift that. */
@Controller('admin/blocks')
@UseGuards(RolesGuard)
@Roles('admin')
export class BlocksController {
  constructor(
    private readonly limiter: LoginAttemptLimiter,
    private readonly clock: Clock,
  ) {}

  @Get()
  async list(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Query({ schema: newsQuery }) news: { done?: News },
  ): Promise<string | BlocksView> {
    const view = blocksView(await this.limiter.blocks(), this.clock.now());
    return answer(request, response, {
      json: view,
      title: 'Blocks',
      page: () => <BlocksPage view={view} news={news.done} />,
    });
  }

  /** Changes nothing, and yet is no GET: names and addresses would stand in the URL. */
  @Post('find')
  @HttpCode(200)
  @UseFilters(BlocksErrorFilter)
  async find(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body({ schema: findBody }) sought: FindBody,
  ): Promise<string | FoundView> {
    const [blocks, status] = await Promise.all([this.limiter.blocks(sought), this.limiter.status(sought)]);
    const view = foundView(blocks, status, this.clock.now());
    return answer(request, response, {
      json: view,
      title: 'Blocks',
      page: () => <FoundPage view={view} sought={sought} />,
    });
  }

  /** Whoever comes back to the address of a search, which has no name in it, gets all blocks. */
  @Get('find')
  @Redirect(PAGE)
  found(): void {}

  /** At once here; other processes believe a block for up to five seconds longer. */
  @Post('unblock')
  @UseGuards(FreshLoginGuard)
  @FreshLogin()
  @UseFilters(BlocksErrorFilter)
  async unblock(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body({ schema: unblockBody }) of: UnblockBody,
  ): Promise<{ success: true } | undefined> {
    await this.limiter.unblock(of);
    return done(request, response, { to: `${PAGE}?done=unblocked`, json: { success: true } });
  }

  /** For a disabled credential: by name only, since whoever resets it has to know whose it is. */
  @Post('reset')
  @UseGuards(FreshLoginGuard)
  @FreshLogin()
  @UseFilters(BlocksErrorFilter)
  async reset(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body({ schema: resetBody }) { account }: ResetBody,
  ): Promise<{ success: true } | undefined> {
    await this.limiter.reset(account);
    return done(request, response, { to: `${PAGE}?done=reset`, json: { success: true } });
  }
}
