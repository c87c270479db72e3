import { Catch, HttpStatus } from '@nestjs/common';
import type { Request } from 'express';
import type { ComponentChildren } from 'preact';
import { ErrorFilter, type Refusal } from './error.filter.js';
import { frameOf } from './frame.js';
import { render } from './layout.js';
import { isForm, wantsPage } from './negotiation.js';

/** What whoever filled in a form can do something about. */
const CORRECTABLE: readonly number[] = [
  HttpStatus.BAD_REQUEST,
  HttpStatus.UNAUTHORIZED,
  HttpStatus.CONFLICT,
  HttpStatus.TOO_MANY_REQUESTS,
];

/** Nobody is logged in (any more), which no field of the form can put right. */
const NOBODY: readonly (string | undefined)[] = [
  'UNAUTHENTICATED',
  'SESSION_EXPIRED',
  'SESSION_ENDED',
  'SESSION_STOLEN',
];

/** Shows a form again to whoever filled it in wrongly, or too often, with what was typed and what is wrong. A feature extends it. */
@Catch()
export abstract class FormErrorFilter extends ErrorFilter {
  /** The title and content of the page with the form. `typed` is what was sent, unchecked: anything at all may be in it. */
  protected abstract form(
    refusal: Refusal,
    typed: Readonly<Record<string, unknown>>,
    request: Request,
  ): { title: string; page: ComponentChildren };

  protected override wantsPage(request: Request): boolean {
    return wantsPage(request, { otherwise: isForm(request) ? 'page' : 'json' });
  }

  protected override page(refusal: Refusal, request: Request): string {
    const { statusCode, code } = refusal;
    if (!CORRECTABLE.includes(statusCode) || NOBODY.includes(code)) return super.page(refusal, request);
    const { title, page } = this.form(refusal, (request.body ?? {}) as Record<string, unknown>, request);
    return render({ title, frame: frameOf(request), children: page });
  }
}

/** A field of what was typed, if it is text. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
