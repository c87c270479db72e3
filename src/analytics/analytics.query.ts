import { z } from 'zod';

/** How many days can be shown. */
export const PERIODS = ['7', '30', '90'] as const;

/** What `GET /admin/analytics` takes. */
export const analyticsQuery = z.object({
  days: z
    .enum(PERIODS, `must be one of ${PERIODS.join(', ')}`)
    .default('30')
    .transform(Number),
});

export type AnalyticsQuery = z.infer<typeof analyticsQuery>;
