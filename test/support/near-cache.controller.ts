import { Controller, Get, Post, Req, UseGuards } from '@nestjs/common';
import {
  type AnyRequest,
  AuthenticatedGuard,
  FreshLogin,
  FreshLoginGuard,
  LoginService,
  rawRequest,
  Roles,
  RolesGuard,
} from 'nestjs-redis-session';

/** Routes that differ in how sure they have to be of the session. */
@Controller('near')
export class GuardedController {
  constructor(private readonly logins: LoginService) {}

  @Post('login')
  login(@Req() request: AnyRequest) {
    return this.logins.login(request, { account: 'a', verify: () => ({ userId: 'u', roles: ['admin'] }) });
  }

  @UseGuards(AuthenticatedGuard)
  @Get('user')
  user() {
    return {};
  }

  @Roles('admin')
  @UseGuards(RolesGuard)
  @Get('admin')
  admin() {
    return {};
  }

  @FreshLogin()
  @UseGuards(FreshLoginGuard)
  @Get('fresh')
  fresh() {
    return {};
  }

  @Post('list')
  list(@Req() request: AnyRequest) {
    Object.assign(rawRequest(request).session!, { list: { holds: 'what was put there' } });
    return {};
  }

  /** Changes what it was given, and has nothing saved. */
  @Get('spoil')
  spoil(@Req() request: AnyRequest) {
    const raw = rawRequest(request) as { session?: { list?: object } | null };
    Object.assign(raw.session!.list!, { spoilt: true });
    raw.session = null;
    return {};
  }
}
