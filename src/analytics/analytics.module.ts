import { Module } from '@nestjs/common';
import { SessionAnalyticsModule } from 'nestjs-redis-session/analytics';
import { AnalyticsController } from './analytics.controller.js';

/** The steps that are counted; their features say when one is reached, by `@FunnelStep('sign-up', 'account')` or `reach()`. */
const FUNNELS = { 'sign-up': ['account', 'person', 'interests', 'review', 'welcome'] };

@Module({
  imports: [SessionAnalyticsModule.forRoot({ funnels: FUNNELS })],
  controllers: [AnalyticsController],
})
export class AnalyticsModule {}
