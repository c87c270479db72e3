// What every application under test does: the same handlers, whoever keeps the session.

/** A place where a handler waits, with the session loaded, until it is let go on. */
class Gate {
  arrived = new Promise((resolve) => (this.arrive = resolve));
  opened = new Promise((resolve) => (this.open = resolve));
}

const called = (work) =>
  new Promise((resolve, reject) => work((error) => (error ? reject(error) : resolve())));

/**
 * Handlers by name: `(request, query) -> value`. `request` is Node's, with `session` on it.
 *
 * @param how `login`, `logout`, `add` (one to `session.count`), `revoke` (this session), `revokeAll` (of its user), each `(request)`, as
 *   the library under test wants them done
 */
export function makeActions({ login, logout, add, revoke, revokeAll }) {
  const gates = new Map();
  const gate = (name) => gates.get(name) ?? gates.set(name, new Gate()).get(name);
  const pass = async (name) => {
    if (name === undefined) return;
    gate(name).arrive();
    await gate(name).opened;
  };
  return {
    async arrived(_request, query) {
      await gate(query.gate).arrived;
      return {};
    },
    async open(_request, query) {
      gate(query.gate).open();
      gates.delete(query.gate);
      return {};
    },
    async data(request, query) {
      const { cookie: _cookie, ...data } = request.session;
      await pass(query.gate);
      return data;
    },
    async set(request, query) {
      request.session[query.key] = query.value;
      await pass(query.gate);
      return {};
    },
    async login(request) {
      await login(request);
      return {};
    },
    async logout(request) {
      await logout(request);
      return {};
    },
    async add(request) {
      await add(request);
      return {};
    },
    async revoke(request) {
      await revoke(request);
      return {};
    },
    async revokeAll(request) {
      await revokeAll(request);
      return {};
    },
    async destroy(request) {
      await called((done) => request.session.destroy(done));
      return {};
    },
    async regenerate(request) {
      await called((done) => request.session.regenerate(done));
      request.session.regenerated = 'yes';
      return {};
    },
  };
}

/** `/set?key=a&value=1` -> `['set', { key: 'a', value: '1' }]` */
export function route(url) {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  return [pathname.slice(1), Object.fromEntries(searchParams)];
}

export { called };
