import { Catch, HttpStatus } from '@nestjs/common';
import type { Request } from 'express';
import type { Refusal } from '../pages/error.filter.js';
import { FormErrorFilter } from '../pages/form-error.filter.js';
import { frameOf } from '../pages/frame.js';
import { render } from '../pages/layout.js';
import { RefusedPage } from './session-size.page.js';

/** Says why the session was not changed. */
@Catch()
export class SessionSizeErrorFilter extends FormErrorFilter {
  protected form({ message }: Refusal) {
    return { title: 'Nothing was changed', page: <RefusedPage message={message} /> };
  }

  protected override page(refusal: Refusal, request: Request): string {
    // This page is where the visitor can do something about a session that became too large.
    if (refusal.statusCode !== HttpStatus.PAYLOAD_TOO_LARGE) return super.page(refusal, request);
    const { title, page } = this.form(refusal);
    return render({ title, frame: frameOf(request), children: page });
  }
}
