import { Reflector } from '@nestjs/core';

/**
 * A route, or all routes of a controller, that other sites may let browsers send requests to, see `CrossOriginGuard`: a payment
 * provider's return, a form that other sites show. It should not act for whoever is logged in.
 */
export const SkipCrossOriginCheck = Reflector.createDecorator<void>();
