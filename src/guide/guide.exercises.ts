import type { GuideRow } from './guide.row.js';

const EXERCISES = 'Exercises';

/** The five exercises at the end of the guide. */
export const GUIDE_EXERCISES: readonly GuideRow[] = [
  {
    chapter: EXERCISES,
    topic: 'Exercise 1: login with “remember me”',
    here: 'Sign up, log in for this visit or for two weeks, change the password, end sessions on other devices.',
    page: '/login',
    routes: ['POST /login', 'POST /logout', 'GET /account', 'POST /account/password', 'GET /devices'],
    files: [
      'src/login/login.controller.tsx',
      'src/account/account.module.ts',
      'src/devices/devices.module.ts',
    ],
    tests: ['test/app/login.e2e-spec.ts', 'test/app/account.e2e-spec.ts', 'test/browser/devices.e2e-spec.ts'],
  },
  {
    chapter: EXERCISES,
    topic: 'Exercise 2: limit guessing of passwords',
    here: 'How long to wait after too many guesses; administrators find blocks and lift them.',
    page: '/login-limits',
    routes: ['GET /login-limits', 'GET /admin/blocks', 'POST /admin/blocks/unblock'],
    files: ['src/login-limits/login-limits.module.ts', 'docs/login-attempts.md'],
    tests: ['test/app/login-limits.e2e-spec.ts', 'test/browser/login-limits.e2e-spec.ts'],
  },
  {
    chapter: EXERCISES,
    topic: 'Exercise 3: a form in several steps',
    here: 'Sign up in four steps that another tab can go on with; a double click makes one account.',
    page: '/sign-up',
    routes: ['GET /sign-up', 'POST /sign-up/account', 'POST /sign-up/submit'],
    files: ['src/sign-up/sign-up.module.ts'],
    tests: [
      'test/app/sign-up.e2e-spec.ts',
      'test/app/sign-up-submit.e2e-spec.ts',
      'test/browser/sign-up.e2e-spec.ts',
    ],
  },
  {
    chapter: EXERCISES,
    topic: 'Exercise 4: share sessions with a microservice',
    here: 'profile-service, a process of its own, reads the session and never prolongs it; so does one in Python.',
    page: '/profile',
    routes: ['GET /profile (profile-service)', 'GET /profile (Flask)'],
    files: ['src/profile-service/main.ts', 'examples/flask-profile-service/README.md'],
    tests: ['test/app/profile-service.e2e-spec.ts', 'test/examples/flask-profile-service.e2e-spec.ts'],
  },
  {
    chapter: EXERCISES,
    topic: 'Exercise 5: session analytics',
    here: 'Visitors, sessions, routes and how far the sign-up gets, by day, without storing who.',
    page: '/admin/analytics',
    routes: ['GET /admin/analytics'],
    files: ['src/analytics/analytics.module.ts', 'docs/analytics.md'],
    tests: ['test/app/analytics.e2e-spec.ts', 'test/browser/analytics.e2e-spec.ts'],
  },
];
