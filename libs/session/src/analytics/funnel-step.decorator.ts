import { Reflector } from '@nestjs/core';

/** What {@link FunnelStep} says of a handler. */
export const FunnelStepMark = Reflector.createDecorator<{ funnel: string; step: string }>();

/**
 * A route whose success means that a step of a funnel is reached: its handler returned and did not throw. Where that is not what it
 * means, call `SessionAnalytics.reach`. Without `SessionAnalyticsModule` it does nothing.
 *
 * @example
 * @FunnelStep('sign-up', 'account')
 * @Post('sign-up/account')
 */
export const FunnelStep = (funnel: string, step: string): MethodDecorator => FunnelStepMark({ funnel, step });
