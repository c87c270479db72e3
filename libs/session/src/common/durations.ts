/** A length of time in milliseconds, the one unit of time in code; seconds appear only on the wire. */
export type Milliseconds = number;

/** `seconds(30)` is 30,000 milliseconds. */
export const seconds = (count: number): Milliseconds => count * 1000;

/** `minutes(30)` is 1,800,000 milliseconds. */
export const minutes = (count: number): Milliseconds => seconds(count * 60);

/** `hours(8)` is 28,800,000 milliseconds. */
export const hours = (count: number): Milliseconds => minutes(count * 60);

/** `days(14)` is 1,209,600,000 milliseconds. */
export const days = (count: number): Milliseconds => hours(count * 24);
