import { z } from 'zod';
import { tick, wholeNumber } from '../pages/inputs.js';

export const THEMES = ['system', 'light', 'dark'] as const;
export const LANGUAGES = { en: 'English', de: 'Deutsch', es: 'Español', fr: 'Français' } as const;
export const LONGEST_NOTE = 2_000;

// Line breaks and tabs are fine here; other control signs no keyboard makes.
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** The preferences of a user, as `PUT /session/preferences` takes them: all of them, because it replaces what was there. */
export const preferencesBody = z.object(
  {
    theme: z.enum(THEMES, `must be one of ${THEMES.join(', ')}`),
    language: z.enum(
      Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[],
      `must be one of ${Object.keys(LANGUAGES).join(', ')}`,
    ),
    pageSize: wholeNumber(10, 100),
    // Forms say nothing of a box that is not ticked.
    newsletter: tick.default(false),
    note: z
      .string('must be text')
      .max(LONGEST_NOTE, `must have at most ${LONGEST_NOTE} characters`)
      .refine((text) => !CONTROL.test(text), 'must be without control characters')
      .default(''),
  },
  'The body must be a JSON object or a form, with theme, language, pageSize, newsletter and note',
);

export type Preferences = z.infer<typeof preferencesBody>;

/** Of a user who has chosen nothing, or long ago. */
export const DEFAULT_PREFERENCES: Preferences = {
  theme: 'system',
  language: 'en',
  pageSize: 20,
  newsletter: false,
  note: '',
};
