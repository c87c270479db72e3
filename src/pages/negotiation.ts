import type { Request } from 'express';

/** Whether a form in a page sent this request; it expects a page back. */
export function isForm(request: Request): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '');
}

/** Whether to answer with a page instead of JSON; `otherwise` decides for clients to which both are equal, such as curl. */
export function wantsPage(request: Request, { otherwise }: { otherwise: 'page' | 'json' }): boolean {
  const types = otherwise === 'page' ? ['html', 'json'] : ['json', 'html'];
  return request.accepts(types) === 'html';
}
