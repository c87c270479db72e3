import { z } from 'zod';

/** What a page says of the way that led to it. */
export const NOTICES = {
  order: 'Please do this step first.',
  nothing:
    'There is nothing to submit: it was cancelled, or its time was over, or it was submitted already. In that case your account is there, and you can log in.',
  cancelled: 'The sign-up was cancelled. Nothing of it is kept.',
  expired:
    'More than 15 minutes have passed since your last step, so what you typed was removed. Please begin again.',
} as const;
export type NoticeName = keyof typeof NOTICES;

/** Which of them, in the address; anything else says nothing. */
export const noticeQuery = z.object({
  notice: z.enum(['order', 'nothing', 'cancelled']).optional().catch(undefined),
});

export interface NoticeQuery {
  notice?: NoticeName;
}
