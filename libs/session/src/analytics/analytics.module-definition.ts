import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { SessionAnalyticsOptions } from './analytics.options.js';

/** `forRoot`, `forRootAsync` (useFactory, useClass, useExisting) and `isGlobal`. */
export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<SessionAnalyticsOptions>({ moduleName: 'SessionAnalytics' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createAnalyticsOptions')
    .setExtras<{
      /**
       * Whether `SessionAnalytics` can be injected everywhere without importing the module again.
       *
       * @default true
       */
      isGlobal?: boolean;
    }>({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();
