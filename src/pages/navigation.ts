/** One entry of the navigation. */
export interface Place {
  readonly path: string;
  readonly name: string;
  /** Who sees it; others would only be refused. Default: everybody. */
  readonly for?: 'users' | 'admins';
}

/** Where a visitor can go, a line for each feature. */
export const PLACES: readonly Place[] = [
  { path: '/', name: 'Visits' },
  { path: '/cart', name: 'Cart' },
  { path: '/sign-up', name: 'Sign up' },
  { path: '/expiration', name: 'Expiration' },
  { path: '/login-limits', name: 'Login limits' },
  { path: '/session', name: 'Session size' },
  { path: '/examine', name: 'In Redis' },
  { path: '/devices', name: 'Devices', for: 'users' },
  { path: '/account', name: 'Account', for: 'users' },
  { path: '/profile', name: 'Profile', for: 'users' },
  { path: '/admin/blocks', name: 'Blocks', for: 'admins' },
  { path: '/admin/analytics', name: 'Analytics', for: 'admins' },
  { path: '/guide', name: 'Guide' },
];
