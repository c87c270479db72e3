import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { FunnelStepMark } from './funnel-step.decorator.js';
import { SessionAnalytics } from './session.analytics.js';

/** Looks at the start whether every `@FunnelStep()` names a step of the option `funnels`: a misspelt one would never be counted. */
@Injectable()
export class FunnelStepCheck {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
    private readonly analytics: SessionAnalytics,
  ) {}

  /** @throws SessionError `INVALID_OPTION` */
  run(): void {
    for (const { metatype } of this.discovery.getControllers()) {
      const prototype: unknown = metatype?.prototype;
      if (typeof prototype !== 'object' || prototype === null) continue;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        const handler: unknown = Reflect.get(prototype, name);
        const mark = typeof handler === 'function' ? this.reflector.get(FunnelStepMark, handler) : undefined;
        if (mark !== undefined) this.analytics.checkStep(mark.funnel, mark.step);
      }
    }
  }
}
