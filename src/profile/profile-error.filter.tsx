import { Catch } from '@nestjs/common';
import type { Refusal } from '../pages/error.filter.js';
import { FormErrorFilter, textOf } from '../pages/form-error.filter.js';
import { Notice } from '../pages/parts.js';
import { ProfileForm } from './profile.page.js';

/** Shows the form again, with what was typed and what is wrong with it. */
@Catch()
export class ProfileErrorFilter extends FormErrorFilter {
  protected form({ message, problems }: Refusal, typed: Readonly<Record<string, unknown>>) {
    const { fullName, email, city, about, interests } = typed;
    return {
      title: 'Profile',
      page: (
        <>
          <h1>Your profile was not changed</h1>
          {problems === undefined && <Notice kind="bad">{message}</Notice>}
          <ProfileForm
            values={{
              fullName: textOf(fullName) ?? '',
              email: textOf(email) ?? '',
              city: textOf(city) ?? '',
              about: textOf(about) ?? '',
              interests: textOf(interests) ?? '',
            }}
            problems={problems}
          />
        </>
      ),
    };
  }
}
