import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Scope, type Type, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  FreshLogin,
  FreshLoginGuard,
  LimitLoginAttempts,
  LoginAttemptGuard,
  Public,
  Roles,
  RolesGuard,
  SessionDoctor,
} from 'nestjs-redis-session';
import { useRedis } from '../support/redis.js';
import { startApp, type TestApp, type TestAppOptions } from '../support/test-app.js';

const redis = useRedis();
let started: TestApp | undefined;
afterEach(async () => {
  await started?.close();
  started = undefined;
});

@Injectable()
class OwnGuard extends RolesGuard {}
@Injectable({ scope: Scope.REQUEST })
class RequestGuard extends RolesGuard {}

@Controller('bare')
class Bare {
  get never(): string {
    throw new Error('A getter was called.');
  }
  @Roles('admin')
  @Get('one')
  one() {}
  @Get('open')
  open() {}
}
@Roles('admin')
@Controller('class')
class OnClass {
  @Get('one')
  one() {}
  @Public()
  @Get('open')
  open() {}
  helper() {}
}
@Controller('inherits')
class Inherits extends Bare {}
@Controller('fresh')
class Fresh {
  @UseGuards(RolesGuard)
  @FreshLogin()
  @Get()
  one() {}
}
@Controller('limited')
class Limited {
  @LimitLoginAttempts({ account: () => 'alice' })
  @Get('one')
  one() {}
  @UseGuards(LoginAttemptGuard)
  @LimitLoginAttempts({ account: () => 'alice' })
  @Get('two')
  two() {}
}
@Controller('handler')
class ByHandler {
  @UseGuards(RolesGuard)
  @Roles('admin')
  @Get()
  one() {}
}
@UseGuards(RolesGuard, FreshLoginGuard)
@Roles('admin')
@Controller('by-class')
class ByClass {
  @FreshLogin()
  @Get()
  one() {}
}
@UseGuards(new RolesGuard())
@Roles('admin')
@Controller('by-instance')
class ByInstance {
  @Get()
  one() {}
}
@UseGuards(OwnGuard)
@Roles('admin')
@Controller('by-subclass')
class BySubclass {
  @Get()
  one() {}
}
@Controller('many')
@Roles('admin')
class Many {
  @Get('1') a() {}
  @Get('2') b() {}
  @Get('3') c() {}
  @Get('4') d() {}
  @Get('5') e() {}
  @Get('6') f() {}
  @Get('7') g() {}
}
@Injectable()
class Gateway {
  @Roles('admin')
  on() {}
}

async function told(controllers: Type[], rest: Partial<TestAppOptions> = {}): Promise<string[]> {
  const module = { controllers, ...rest.module };
  started = await startApp(redis.url, { ...rest, module });
  const found = await started.app.get(SessionDoctor).examine();
  return found
    .filter(({ code }) => code === 'ROUTE_NOT_GUARDED')
    .map(({ message }) => message.split('does: ')[1]!);
}

describe('the doctor on routes', () => {
  it.each<[string, Type, string]>([
    ['a handler', Bare, 'Bare.one (RolesGuard).'],
    ['a class, without what is public', OnClass, 'OnClass.one (RolesGuard).'],
    ['an inherited method', Inherits, 'Inherits.one (RolesGuard).'],
    ['another guard', Fresh, 'Fresh.one (FreshLoginGuard).'],
    ['a limit of attempts', Limited, 'Limited.one (LoginAttemptGuard).'],
    [
      'more than 5',
      Many,
      `${['a', 'b', 'c', 'd', 'e'].map((name) => `Many.${name} (RolesGuard)`).join(', ')} and 2 more.`,
    ],
  ])('tells of a demand that no guard enforces: %s', async (_name, controller, expected) => {
    expect(await told([controller])).toEqual([expected]);
  });

  it('looks at providers too', async () => {
    expect(await told([], { module: { providers: [Gateway] } })).toEqual(['Gateway.on (RolesGuard).']);
  });

  it('has nothing to say where handler, class, instance or subclass guards', async () => {
    expect(await told([ByHandler, ByClass, ByInstance, BySubclass])).toEqual([]);
  });

  it.each([
    ['useClass', [{ provide: APP_GUARD, useClass: RolesGuard }]],
    ['useExisting', [OwnGuard, { provide: APP_GUARD, useExisting: OwnGuard }]],
    ['a class for each request', [{ provide: APP_GUARD, useClass: RequestGuard }]],
    [
      'a factory for each request',
      [{ provide: APP_GUARD, scope: Scope.REQUEST, useFactory: () => new RolesGuard() }],
    ],
  ])('has nothing to say with APP_GUARD: %s', async (_name, providers) => {
    expect(await told([Bare, OnClass], { module: { providers } })).toEqual([]);
  });

  it('has nothing to say with useGlobalGuards', async () => {
    const main: TestAppOptions['main'] = (app) => void app.useGlobalGuards(new RolesGuard());
    expect(await told([Bare], { main })).toEqual([]);
  });
});
