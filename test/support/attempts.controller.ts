import {
  BadRequestException,
  Body,
  Controller,
  HttpCode,
  HttpException,
  Injectable,
  Post,
  Req,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import {
  type AnyRequest,
  LimitLoginAttempts,
  LoginAttemptGuard,
  LoginService,
  Public,
  WrongPassword,
} from 'nestjs-redis-session';

/** Users with their passwords, and how often a password was checked. */
@Injectable()
export class Passwords {
  readonly of = new Map([
    ['alice', 'wonderland'],
    ['bob', 'builder'],
  ]);
  checks = 0;
  /** What `check` waits for. */
  pause: (name: string) => Promise<void> = () => Promise.resolve();
  failure: unknown;

  async check(name: string, password: string) {
    this.checks++;
    if (this.failure !== undefined) throw this.failure as Error;
    await this.pause(name);
    const known = this.of.get(name) ?? (/^user\d+$/.test(name) ? 'right' : undefined);
    if (known === undefined) return undefined;
    return known === password ? { userId: `id of ${name}` } : new WrongPassword(`id of ${name}`);
  }
}

interface LoginBody {
  account: string;
  password?: string;
  answer?: number;
}

/** A login through LoginService, and routes of one's own with LoginAttemptGuard. */
@Controller()
export class AttemptsController {
  constructor(
    private readonly logins: LoginService,
    private readonly passwords: Passwords,
  ) {}

  @Post('login')
  @HttpCode(200)
  login(@Req() request: AnyRequest, @Body() { account, password = 'wrong' }: LoginBody) {
    return this.logins.login(request, { account, verify: () => this.passwords.check(account, password) });
  }

  @Post('logout')
  @HttpCode(200)
  logout(@Req() request: AnyRequest) {
    return this.logins.logout(request);
  }

  @Post('reauthenticate')
  @HttpCode(200)
  reauthenticate(@Req() request: AnyRequest, @Body() { account, password = 'wrong' }: LoginBody) {
    return this.logins.reauthenticate(request, { verify: () => this.passwords.check(account, password) });
  }

  @Post('change-password')
  @HttpCode(200)
  async change(@Req() request: AnyRequest, @Body() { account, password = '' }: LoginBody) {
    this.passwords.of.set(account, password);
    return { ended: await this.logins.credentialsChanged(`id of ${account}`, { keepCurrent: request }) };
  }

  @Post('reset-password')
  @HttpCode(200)
  async reset(@Body() { account, password = '' }: LoginBody) {
    this.passwords.of.set(account, password);
    return { ended: await this.logins.credentialsChanged(`id of ${account}`) };
  }

  /** A one-time code of one's own: the handler says by its status whether it was right. */
  @Post('code')
  @HttpCode(200)
  @UseGuards(LoginAttemptGuard)
  @LimitLoginAttempts({ account: (request) => request.body.account, purpose: 'code' })
  code(@Body() { password, answer = 401 }: LoginBody) {
    this.passwords.checks++;
    if (password === 'right') return { right: true };
    throw answer === 400 ? new BadRequestException() : new HttpException('no', answer);
  }

  /** One that always answers 200. */
  @Post('soft-code')
  @HttpCode(200)
  @UseGuards(LoginAttemptGuard)
  @LimitLoginAttempts({
    account: (request) => request.body.account,
    purpose: 'soft-code',
    isSuccess: (result) => (result as { right: boolean }).right,
  })
  softCode(@Body() { password }: LoginBody) {
    return { right: password === 'right' };
  }

  /** A login through LoginService that a guard has counted already. */
  @Post('guarded-login')
  @HttpCode(200)
  @UseGuards(LoginAttemptGuard)
  @LimitLoginAttempts({ account: (request) => request.body.account })
  guardedLogin(@Req() request: AnyRequest, @Body() body: LoginBody) {
    return this.login(request, body);
  }

  /** An application that throws in `verify` for a wrong password. */
  @Post('throwing-login')
  @HttpCode(200)
  throwingLogin(@Req() request: AnyRequest, @Body() { account, password }: LoginBody) {
    return this.logins.login(request, {
      account,
      verify: () => {
        this.passwords.checks++;
        if (password === 'right') return { userId: account };
        throw new UnauthorizedException();
      },
    });
  }
}

/** A limit on the class, and a handler that anybody may use. */
@UseGuards(LoginAttemptGuard)
@LimitLoginAttempts({ account: (request) => request.body.account, purpose: 'pin' })
@Controller('pins')
export class PinsController {
  constructor(private readonly passwords: Passwords) {}

  @Public()
  @Post('pin')
  @HttpCode(200)
  pin() {
    this.passwords.checks++;
    throw new UnauthorizedException();
  }
}
