import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { SessionModuleOptions } from './session-module.options.js';

/** `forRoot`, `forRootAsync` (useFactory, useClass, useExisting) and `isGlobal`. */
export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<SessionModuleOptions>({
    moduleName: 'Session',
  })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createSessionOptions')
    .setExtras<{
      /**
       * Whether `LoginService` and the others can be injected everywhere without importing the module again.
       *
       * @default true
       */
      isGlobal?: boolean;
    }>({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();
