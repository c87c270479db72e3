import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import expressSession from 'express-session';
import { newSession, putNewSession } from '../../libs/session/src/store/session.object.js';
import type { SessionCarrier } from '../../libs/session/src/store/session.carrier.js';
import { track, UnmadeSession } from '../../libs/session/src/store/tracked.session.js';
import { factsOf, SessionCookie } from '../../libs/session/src/store/session.cookie.js';

describe('a session object', () => {
  it("is express-session's to whoever looks at it", () => {
    const session = newSession({});
    Object.assign(session, { cookie: new SessionCookie(), cart: ['tea'] });

    expect(session).toBeInstanceOf(expressSession.Session);
    expect(session.constructor).toBe(expressSession.Session);
    expect(inspect(session)).toMatch(/^Session \{/);
    expect(Object.keys(session)).toEqual(['cookie', 'cart']);
    expect(Object.keys(Object.assign({}, session))).toEqual(['cookie', 'cart']);
    const found: string[] = [];
    for (const name in session) found.push(name);
    expect(found).toEqual(['cookie', 'cart']);
  });

  it('knows its request, which nobody can change or write down', () => {
    const request = {};
    const session = newSession(request) as unknown as { req: unknown };

    expect(session.req).toBe(request);
    expect(() => (session.req = {})).toThrow(TypeError);
    expect(JSON.stringify(session)).toBe('{}');
  });

  it('has its id made once somebody asks for it, also by the request', () => {
    const request: SessionCarrier = {};
    const session = putNewSession(request);
    let made = 0;
    const sid = { text: 'handle.secret', handle: 'handle' };
    const make = () => {
      made++;
      return { sid, meta: {} as never };
    };
    track(session, new UnmadeSession(make, factsOf(new SessionCookie()), false));

    expect(Object.keys(session)).toEqual([]);
    expect(made).toBe(0);
    expect(request.sessionID).toBe('handle.secret');
    expect(session.id).toBe('handle.secret');
    expect(made).toBe(1);
    expect(() => ((session as { id: string }).id = 'another')).toThrow(TypeError);
  });

  it('tells what has it as its prototype nothing of its request', () => {
    const inheriting = Object.create(newSession({})) as { id: string; req: unknown };

    expect(inheriting.id).toBe('');
    expect(inheriting.req).toBeUndefined();
  });
});
