/** Who the application says that somebody is, after it has checked the password. */
export interface Identity {
  /** Stable id of the user; never the name that was typed, which may change. */
  userId: string;
  /** What the user may do, for `@Roles()`. */
  roles?: readonly string[];
}

/** Who is logged in with the request's session. */
export interface SessionUser {
  readonly userId: string;
  readonly roles: readonly string[];
  /** When the password was checked, in milliseconds since 1970. */
  readonly authenticatedAt: number;
}
