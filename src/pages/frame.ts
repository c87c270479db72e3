import type { Request } from 'express';
import { userOf } from 'nestjs-redis-session';
import { loginFor, pageOf } from './return.path.js';

/** What every page shows besides its own content. */
export interface Frame {
  /** Path of the page, to mark it in the navigation. */
  readonly path: string;
  /** Where to log in, and come back to this page. */
  readonly login: string;
  /** Who is logged in. */
  readonly username?: string;
  readonly isAdmin: boolean;
}

/** The frame for the answer to a request, which may have no session, for example while Redis is away. */
export function frameOf(request: Request): Frame {
  const session = request.session as Request['session'] | undefined;
  const user = userOf(session);
  return {
    path: request.path,
    login: loginFor(pageOf(request)),
    username: user && (session?.username ?? user.userId),
    isAdmin: user?.roles.includes('admin') ?? false,
  };
}
