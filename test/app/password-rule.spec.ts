import { describe, expect, it } from '@jest/globals';
import { newPassword, problemWithPassword } from '../../src/users/password.rule.js';

describe('a new password', () => {
  it.each([
    ['a few words', 'wet gravel under boots', 'anna'],
    ['the passwords of the README', 'alice-in-wonderland', 'alice'],
    ['the passwords of the README', 'bob-the-builder', 'bob'],
    ['the passwords of the README', 'admin-of-all-things', 'admin'],
    ['one kind of sign alone', 'kzmwtrbvxqplhnj', 'anna'],
    ['a common word in enough of others', 'my monkey hates grapefruit', 'anna'],
    ['spaces, other scripts and pictures', 'Übergröße 北京 🍪 kaput', 'anna'],
    ['1000 characters', 'abcdefghij'.repeat(100), 'anna'],
  ])('may be %s', (_, password, name) => {
    expect(problemWithPassword(password, name)).toBeUndefined();
    expect(newPassword.safeParse(password).success).toBe(true);
  });

  it.each([
    ['short', 'x7#kQ2!mZ9&pL4', 'anna', /at least 15 characters/],
    ['short in code points, however long in memory', '🍪'.repeat(14), 'anna', /at least 15 characters/],
    ['endless', 'abcdefghijk'.repeat(91), 'anna', /at most 1000 characters/],
    ['one sign', 'aaaaaaaaaaaaaaaaaaaa', 'anna', /again and again/],
    ['a few signs', '12121212121212121212', 'anna', /again and again/],
    ['the user name', 'konstantinopolis', 'Konstantinopolis', /user name/],
    ['the user name and little else', 'annabella-annabella1', 'annabella', /user name/],
    ['the user name in other letters', 'ＡＮＮＡＢＥＬＬＡannabella', 'annabella', /user name/],
    ['a common one', 'CorrectHorseBatteryStaple', 'anna', /commonest/],
    ['a common one with numbers', 'Password123456789', 'anna', /commonest/],
    ['several common ones', 'iloveyou-princess-1', 'anna', /commonest/],
    ['a row of keys', 'qwertyuiop12345678', 'anna', /commonest/],
    ['the user name and a common one', 'annabella-password!', 'annabella', /commonest/],
  ])('must not be %s', (_, password, name, problem) => {
    expect(problemWithPassword(password, name)).toMatch(problem);
  });

  it.each([undefined, null, 1, {}, ['a'.repeat(20)]])('must be text, not %j', (value) => {
    expect(newPassword.safeParse(value).error?.issues[0]?.message).toBe('must be text');
  });

  it('is judged without the name where that is not known, and a name of two letters is no clue', () => {
    expect(problemWithPassword('annabella-annabella1')).toBeUndefined();
    expect(problemWithPassword('a wet gravel road home', 'a')).toBeUndefined();
  });
});
