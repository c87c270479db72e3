import {
  Controller,
  type ExecutionContext,
  Get,
  HttpException,
  Injectable,
  Post,
  Req,
  UseGuards,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  AccessGuard,
  type AccessRefusalCode,
  type AnyRequest,
  AuthenticatedGuard,
  FreshLogin,
  FreshLoginGuard,
  LoginService,
  minutes,
  Public,
  Roles,
  RolesGuard,
} from 'nestjs-redis-session';

/** What every route here answers to whoever may pass. */
export const OK = { ok: true };

/** A guard of an application: a hook of each kind, and a service of its own. */
@Injectable()
class PageGuard extends AuthenticatedGuard {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  protected override isPublic(context: ExecutionContext): boolean {
    return this.reflector.get<string>('path', context.getHandler()) === 'health';
  }

  protected override refusal(_context: ExecutionContext, code: AccessRefusalCode): Error {
    return new HttpException({ goTo: '/login', why: code }, 418);
  }
}

/** A condition of an application's own. */
class NobodyGuard extends AccessGuard {
  protected judge(): AccessRefusalCode {
    return 'INSUFFICIENT_ROLE';
  }
}

@Controller('members')
@UseGuards(AuthenticatedGuard)
export class MembersController {
  @Get()
  list() {
    return OK;
  }

  @Public()
  @Get('open')
  open() {
    return OK;
  }
}

@Controller('admin')
@Roles('admin')
@UseGuards(RolesGuard)
export class AdminController {
  @Get()
  all() {
    return OK;
  }

  @Roles(['editor', 'author'])
  @Get('texts')
  texts() {
    return OK;
  }

  @Public()
  @Get('open')
  open() {
    return OK;
  }

  @Public()
  @Roles('admin')
  @Get('both')
  both() {
    return OK;
  }
}

@Controller('settings')
@FreshLogin()
@UseGuards(FreshLoginGuard)
export class SettingsController {
  @Get()
  show() {
    return OK;
  }

  @FreshLogin({ within: minutes(5) })
  @Get('password')
  password() {
    return OK;
  }

  @Public()
  @Get('open')
  open() {
    return OK;
  }
}

/** Guards in @UseGuards, and no decorator that says what they are to demand. */
@Controller('bare')
export class BareController {
  @UseGuards(RolesGuard)
  @Get('roles')
  roles() {
    return OK;
  }

  @UseGuards(FreshLoginGuard)
  @Get('fresh')
  fresh() {
    return OK;
  }

  @Public()
  @UseGuards(FreshLoginGuard, RolesGuard)
  @Get('open')
  open() {
    return OK;
  }
}

/** The same demands without @UseGuards, for guards of the whole application. */
@Public()
@Controller()
export class PlainController {
  constructor(private readonly logins: LoginService) {}

  @Get('free')
  free() {
    return OK;
  }

  @Roles('admin')
  @Get('admins')
  admins() {
    return OK;
  }

  @FreshLogin({ within: minutes(5) })
  @Get('recent')
  recent() {
    return OK;
  }

  @Post('logout')
  async logout(@Req() request: AnyRequest) {
    await this.logins.logout(request);
    return OK;
  }
}

@Controller()
export class ClosedController {
  @Get('closed')
  closed() {
    return OK;
  }
}

@UseGuards(PageGuard)
@Controller('pages')
export class PagesController {
  @Get()
  page() {
    return OK;
  }

  @Get('health')
  health() {
    return OK;
  }

  @UseGuards(NobodyGuard)
  @Get('never')
  never() {
    return OK;
  }
}
