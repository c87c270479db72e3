import { HttpStatus } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { ComponentChildren } from 'preact';
import { frameOf } from './frame.js';
import { render } from './layout.js';
import { isForm, wantsPage } from './negotiation.js';

interface View<T> {
  /** What programs get. */
  json: T;
  title: string;
  /** The content of the page. */
  page: () => ComponentChildren;
  /** For clients to which both are equal, such as curl. Default: json. */
  otherwise?: 'page' | 'json';
}

/** Answers with a page or with JSON, whichever the client prefers. */
export function answer<T>(
  request: Request,
  response: Response,
  { json, title, page, otherwise = 'json' }: View<T>,
): T | string {
  response.vary('Accept');
  if (!wantsPage(request, { otherwise })) return json;
  response.type('html');
  return render({ title, frame: frameOf(request), children: page() });
}

interface Done<T> {
  /** Where a form leads. */
  to: string;
  json: T;
  /** For programs. Default: 200. */
  status?: HttpStatus;
}

/** Answers what changed something: sends a form on, so that reloading the page sends nothing twice; programs get JSON. */
export function done<T>(
  request: Request,
  response: Response,
  { to, json, status = HttpStatus.OK }: Done<T>,
): T | undefined {
  if (isForm(request) && wantsPage(request, { otherwise: 'page' })) {
    response.status(HttpStatus.SEE_OTHER).location(to);
    return undefined;
  }
  response.status(status);
  return json;
}
