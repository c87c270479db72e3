import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { SessionTelemetryOptions } from './telemetry.options.js';

/** `forRoot` and `forRootAsync` (useFactory, useClass, useExisting). */
export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<SessionTelemetryOptions>({ moduleName: 'SessionTelemetry' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createTelemetryOptions')
    .build();
