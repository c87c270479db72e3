import { Reflector } from '@nestjs/core';

/** A route, or all routes of a controller, that `AuthenticatedGuard` lets everybody use. */
export const Public = Reflector.createDecorator<void>();
