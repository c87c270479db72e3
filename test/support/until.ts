/**
 * Makes what waits until something is so.
 *
 * @param within milliseconds, after which it throws
 * @param pause milliseconds between two looks; without it, it looks at each turn of the event loop
 * @example const until = untilWithin(20_000);
 */
export function untilWithin(within: number, pause?: number) {
  return async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
    const giveUpAt = performance.now() + within;
    while (!(await isSo())) {
      if (performance.now() > giveUpAt)
        throw new Error(`It has not become so within ${within / 1_000} seconds.`);
      await new Promise<void>((resolve) => {
        if (pause === undefined) setImmediate(resolve);
        else setTimeout(resolve, pause);
      });
    }
  };
}
