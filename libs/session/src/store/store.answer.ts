/** What express-session and connect-redis take as a callback. */
export type Callback = (error?: unknown, data?: any) => any;

/** Calls back exactly once, outside of any promise, so that what a callback throws is the caller's; or returns the promise. */
export function answer<T>(work: Promise<T>, callback?: Callback): Promise<T | undefined> {
  if (callback === undefined) return work;
  return work.then(
    (value) => void process.nextTick(callback, null, value),
    (error: unknown) => void process.nextTick(callback, error),
  ) as Promise<undefined>;
}
