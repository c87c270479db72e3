import {
  Controller,
  Delete,
  Get,
  NotFoundException,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import {
  AuthenticatedGuard,
  CurrentUser,
  FreshLogin,
  FreshLoginGuard,
  handleOf,
  LoginService,
  minutes,
  SessionRegistry,
  type SessionUser,
} from 'nestjs-redis-session';
import { z } from 'zod';
import { answer, done } from '../pages/answer.js';
import { type DeviceAnswer, deviceAnswer, devicesOf } from './device.view.js';
import { DevicesPage } from './devices.page.js';

/** The public name of a session, as the library makes them. */
const handle = z
  .string('must be text')
  .regex(/^[A-Za-z0-9_-]{22}$/, 'must be the handle of a session, as GET /devices lists it');

/** What was done just now. What else stands there is of no interest. */
const query = z.object({ done: z.literal(['one', 'others']).optional().catch(undefined) });

/**
 * How long ago the password may have been given when a session is ended (ASVS 5.0, 7.5.2). As long as the ordinary idle timeout: nobody
 * is asked again who has just logged in to look after a lost phone, and somebody is who left the device open on a table.
 */
const WITHIN = minutes(30);

interface Ended {
  success: true;
  /** How many sessions. */
  ended: number;
}

/** Shows users where they are logged in, and logs them out there. Nobody sees or ends what belongs to somebody else. */
@Controller('devices')
@UseGuards(AuthenticatedGuard)
export class DevicesController {
  constructor(
    private readonly registry: SessionRegistry,
    private readonly logins: LoginService,
  ) {}

  @Get()
  async devices(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentUser() { userId }: SessionUser,
    @Query({ schema: query }) { done: ended }: z.infer<typeof query>,
  ): Promise<{ devices: DeviceAnswer[] } | string> {
    const devices = devicesOf(await this.registry.list(userId), request);
    return answer(request, response, {
      json: { devices: devices.map(deviceAnswer) },
      title: 'Devices',
      page: () => <DevicesPage devices={devices} ended={ended} />,
    });
  }

  @Delete(':handle')
  @UseGuards(FreshLoginGuard)
  @FreshLogin({ within: WITHIN })
  end(
    @Req() request: Request,
    @CurrentUser() { userId }: SessionUser,
    @Param('handle', { schema: handle }) named: string,
  ): Promise<Ended> {
    return this.endOne(request, userId, named);
  }

  @Post('end-others')
  @UseGuards(FreshLoginGuard)
  @FreshLogin({ within: WITHIN })
  async endOthers(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentUser() { userId }: SessionUser,
  ): Promise<Ended | undefined> {
    const ended = await this.registry.revokeAll(userId, { except: handleOf(request.session) });
    return done(request, response, { to: '/devices?done=others', json: { success: true, ended } });
  }

  /** The same as DELETE, for forms, which know no DELETE. */
  @Post(':handle/end')
  @UseGuards(FreshLoginGuard)
  @FreshLogin({ within: WITHIN })
  async endByForm(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentUser() { userId }: SessionUser,
    @Param('handle', { schema: handle }) named: string,
  ): Promise<Ended | undefined> {
    const json = await this.endOne(request, userId, named);
    return done(request, response, { to: '/devices?done=one', json });
  }

  private async endOne(request: Request, userId: string, named: string): Promise<Ended> {
    if (named === handleOf(request.session)) {
      // The browser is to forget its cookie, too.
      await this.logins.logout(request);
    } else if (!(await this.registry.revoke(named, { userId }))) {
      // The same for one that has ended and for somebody else's: which handles exist is nobody's business.
      throw new NotFoundException({
        statusCode: 404,
        code: 'NO_SUCH_SESSION',
        message: 'You have no such session. Perhaps it has ended already.',
      });
    }
    return { success: true, ended: 1 };
  }
}
