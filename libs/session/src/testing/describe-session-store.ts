import { BASIC, type Behaviours } from './basic.behaviours.js';
import { FULL } from './full.behaviours.js';
import { StoreDriver, type StoreUnderTest } from './store.driver.js';

/**
 * `basic`: what every store of express-session can show. `full`: also what this library promises, such as that nothing brings an
 * ended session back.
 */
export type SessionStoreLevel = 'basic' | 'full';

export interface SessionStoreSuiteOptions {
  /** @default "full" */
  level?: SessionStoreLevel;
  /**
   * The test framework's own (Jest, Vitest, Mocha, node:test).
   *
   * @default the globals of these names
   */
  describe?: (name: string, body: () => void) => unknown;
  it?: (name: string, body: () => Promise<void>) => unknown;
}

/**
 * Describes how a session store must behave, as one test a sentence; assertions are Node's, so any framework will do.
 *
 * @param makeStore called for every test; gives a store without sessions
 * @throws TypeError where there is neither `describe` in the options nor a global one
 * @example
 * describeSessionStore('MyStore', () => ({ store: new MyStore() }), { level: 'basic' });
 */
export function describeSessionStore(
  name: string,
  makeStore: () => StoreUnderTest | Promise<StoreUnderTest>,
  { level = 'full', ...framework }: SessionStoreSuiteOptions = {},
): void {
  const describe = framework.describe ?? globalOf('describe');
  const it = framework.it ?? globalOf('it');
  const behaviours: Behaviours = level === 'full' ? { ...BASIC, ...FULL } : BASIC;
  describe(name, () => {
    for (const [sentence, behave] of Object.entries(behaviours)) {
      it(sentence, async () => behave(new StoreDriver(await makeStore())));
    }
  });
}

function globalOf<Name extends 'describe' | 'it'>(name: Name): NonNullable<SessionStoreSuiteOptions[Name]> {
  const found: unknown = Reflect.get(globalThis, name);
  if (typeof found !== 'function') {
    throw new TypeError(
      `describeSessionStore: there is no global ${name}(). Pass { describe, it } of your test framework.`,
    );
  }
  return found as NonNullable<SessionStoreSuiteOptions[Name]>;
}
