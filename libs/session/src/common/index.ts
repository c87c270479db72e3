/**
 * common: what every room shares and that knows no room. Time, random tokens, errors, events.
 *
 * May import: nothing of this library.
 */
export { hiddenField } from './hidden.field.js';
export * from './clock.js';
export * from './durations.js';
export * from './event.options.js';
export * from './option.checks.js';
export { putOwn } from './own.field.js';
export * from './random-tokens.js';
export { remember } from './remember.js';
export { SecondText } from './second.text.js';
export * from './secret.checks.js';
export * from './session.error.js';
export * from './session.events.js';
export * from './session.exception.js';
export * from './session.log.js';
export * from './session.probe.js';
export * from './under.way.js';
