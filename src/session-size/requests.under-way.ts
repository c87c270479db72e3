import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

/** Counts the requests that are being answered. */
@Injectable()
export class RequestsUnderWay {
  now = 0;
  /** The most at one time since the start. */
  most = 0;

  /** A middleware, but not one that Nest makes by itself: that would be another object than the one that is asked. */
  readonly count = (_request: Request, response: Response, next: NextFunction): void => {
    this.most = Math.max(this.most, ++this.now);
    response.once('close', () => this.now--);
    next();
  };
}
