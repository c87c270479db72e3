import { z } from 'zod';
import { password } from '../pages/inputs.js';
import { newPassword } from '../users/password.rule.js';

/** What `POST /account/password` takes. */
export const passwordBody = z
  .object(
    {
      /** Programs may give it; in pages it has just been asked for. */
      currentPassword: password.optional(),
      newPassword,
      repeat: z.string('must be text'),
    },
    'The body must be a JSON object or a form, with newPassword and repeat',
  )
  .refine(({ newPassword: chosen, repeat }) => chosen === repeat, {
    path: ['repeat'],
    error: 'must be the same as the new password',
  });

export type PasswordBody = z.infer<typeof passwordBody>;
