import { describe, expect, it } from '@jest/globals';
import { Reflector } from '@nestjs/core';
import { Roles, SessionRegistry } from 'nestjs-redis-session';
import { PASSED, useGuardedApps } from '../support/guarded.apps.js';
import { AdminController } from '../support/guarded.controllers.js';
import { ADAPTERS } from '../support/test-app.js';

describe.each(ADAPTERS)('RolesGuard, on %s', (adapter) => {
  const apps = useGuardedApps(adapter);
  const { login, nobody, ask } = apps;

  it.each([
    [['admin'], '/admin', 200],
    [['admin', 'editor'], '/admin', 200],
    [['editor'], '/admin', 403],
    [[], '/admin', 403],
    [['editor'], '/admin/texts', 200],
    [['author'], '/admin/texts', 200],
    [['admin'], '/admin/texts', 403],
    [['admin'], '/admin/both', 200],
    [[], '/admin/both', 403],
    [[], '/admin/open', 200],
  ])('%j at %s is %d', async (roles, path, status) => {
    expect(await ask(await login(roles), path)).toEqual(status === 200 ? PASSED : [403, 'INSUFFICIENT_ROLE']);
  });

  it('asks whoever is not logged in to log in, except where the handler is @Public()', async () => {
    expect(await ask(nobody(), '/admin')).toEqual([401, 'UNAUTHENTICATED']);
    expect(await ask(nobody(), '/admin/both')).toEqual([401, 'UNAUTHENTICATED']);
    expect(await ask(nobody(), '/admin/open')).toEqual(PASSED);
    const revoked = await login(['admin']);
    await apps.app.app.get(SessionRegistry).revoke(revoked.handle);
    expect(await ask(revoked, '/admin')).toEqual([401, 'SESSION_ENDED']);
  });

  it('in @UseGuards without @Roles lets only logged-in users pass', async () => {
    expect(await ask(nobody(), '/bare/roles')).toEqual([401, 'UNAUTHENTICATED']);
    expect(await ask(await login(), '/bare/roles')).toEqual(PASSED);
  });

  it('reads what Reflector reads', () => {
    const roles: readonly string[] = new Reflector().get(Roles, AdminController.prototype.texts);
    expect(roles).toEqual(['editor', 'author']);
  });

  it.each([[[]], [''], [['admin', '']], [undefined]])('@Roles(%j) is refused at once', (roles) => {
    expect(() => {
      class Wrong {}
      Roles(roles)(Wrong);
    }).toThrow(
      /@Roles\(\) needs a role or a list of roles.*@Roles\(\['admin', 'editor'\]\); it got.*@Public/,
    );
  });
});
