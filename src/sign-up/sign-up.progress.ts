import type { SignUpDraft } from './sign-up.session.js';
import { type Place, PLACES, type Step, STEPS } from './sign-up.steps.js';

/** The first step that is not done: as far as a visitor may go. */
export function nextOf(draft: Partial<SignUpDraft>): Place {
  return STEPS.find((step) => draft[step] === undefined) ?? 'review';
}

/** Whether all steps before this one are done. Back is always open. */
export function isOpen(draft: Partial<SignUpDraft>, place: Place): boolean {
  return PLACES.indexOf(place) <= PLACES.indexOf(nextOf(draft));
}

interface StepState {
  step: Place;
  /** Whether it may be visited. */
  open: boolean;
  done: boolean;
  /** What was typed, without the password. */
  values?: object;
}

/** How far a visitor is, for programs and for pages. */
export interface SignUpState {
  next: Place;
  steps: StepState[];
  /** When what was typed is removed, if nothing more happens. */
  expiresAt: string | null;
}

export function stateOf(draft: Partial<SignUpDraft>): SignUpState {
  const { until } = draft;
  return {
    next: nextOf(draft),
    steps: PLACES.map((step) => {
      const values = step === 'review' ? undefined : valuesOf(draft, step);
      return {
        step,
        open: isOpen(draft, step),
        done: values !== undefined,
        ...(values !== undefined && { values }),
      };
    }),
    expiresAt: until === undefined ? null : new Date(until).toISOString(),
  };
}

/** What was kept of a step, as far as it may be shown: not even the hash of a password leaves the server. */
export function valuesOf(
  draft: Partial<SignUpDraft>,
  step: Step,
): Readonly<Record<string, unknown>> | undefined {
  return step === 'account' ? draft.account && { username: draft.account.username } : draft[step];
}
