import { All, Controller, type ExecutionContext, Get, Injectable, Post, UseGuards } from '@nestjs/common';
import { CrossOriginGuard, SkipCrossOriginCheck } from 'nestjs-redis-session';

/** How often something was changed. */
export const changes = { count: 0 };

@Controller()
export class ChangeController {
  @All('change')
  change() {
    changes.count++;
    return { changes: changes.count };
  }

  @SkipCrossOriginCheck()
  @Post('callback')
  callback() {
    return { called: true };
  }
}

@SkipCrossOriginCheck()
@Controller('open')
export class OpenController {
  @Post()
  open() {
    return {};
  }
}

@Injectable()
class PartnerGuard extends CrossOriginGuard {
  protected override isTrusted(origin: string, context: ExecutionContext): boolean {
    return origin === 'https://partner.example' || super.isTrusted(origin, context);
  }
}

@UseGuards(PartnerGuard)
@Controller('partner')
export class PartnerController {
  @Post()
  post() {
    return {};
  }

  @Get()
  get() {
    return {};
  }
}
