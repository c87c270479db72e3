import type { NextFunction, Request, Response } from 'express';
import { STYLE_SOURCE } from './page.style.js';

const HEADERS: Readonly<Record<string, string>> = {
  // Nothing but the pages' own style, and forms that go back to this site.
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src ${STYLE_SOURCE}`,
    'img-src data:',
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // Other sites are not told where a link was. `no-referrer` would hide from ourselves, too, that a form is ours: its `Origin` is null.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  // All that is sent here belongs to one visitor at one moment.
  'Cache-Control': 'no-store',
};

/** Tells browsers what pages of this application may do: next to nothing. */
export function securityHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set(HEADERS);
  next();
}
