import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { ConnectionsService } from './connections.service.js';
import { PreferencesController } from './preferences.controller.js';
import { PreferencesService } from './preferences.service.js';
import { RedisSockets } from './redis.sockets.js';
import { RequestsUnderWay } from './requests.under-way.js';
import { SessionSizeController } from './session-size.controller.js';
import { SessionSizeService } from './session-size.service.js';

@Module({
  controllers: [PreferencesController, SessionSizeController],
  providers: [ConnectionsService, PreferencesService, RedisSockets, RequestsUnderWay, SessionSizeService],
})
export class SessionSizeModule implements NestModule {
  constructor(private readonly requests: RequestsUnderWay) {}

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(this.requests.count).forRoutes('{*path}');
  }
}
