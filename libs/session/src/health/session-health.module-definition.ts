import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { SessionHealthOptions } from './session-health.options.js';

/** `forRoot` and `forRootAsync` (useFactory, useClass, useExisting). */
export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<SessionHealthOptions>({ moduleName: 'SessionHealth' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createHealthOptions')
    .build();
