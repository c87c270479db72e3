import { type Fields, isFields } from './session.fields.js';

/**
 * Brings two changes of the same data together: plain objects field by field, everything else as a whole. Where both
 * sides changed the same field, `mine` wins, being the later one to be written.
 *
 * @param base what both sides started from
 * @param mine what this request made of it
 * @param theirs what is stored now
 */
export function mergeThreeWays(base: Readonly<Fields>, mine: Fields, theirs: Fields): Fields {
  const merged: Fields = {};
  for (const name of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    if (name === '__proto__') continue;
    const value = mergeField(own(base, name), own(mine, name), own(theirs, name));
    if (value !== undefined) merged[name] = value;
  }
  return merged;
}

function mergeField(base: unknown, mine: unknown, theirs: unknown): unknown {
  if (isSame(base, mine)) return theirs;
  if (isSame(base, theirs)) return mine;
  if (isFields(mine) && isFields(theirs)) return mergeThreeWays(isFields(base) ? base : {}, mine, theirs);
  return mine;
}

const own = (fields: Fields, name: string): unknown =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;

const isSame = (one: unknown, other: unknown): boolean =>
  one === other || JSON.stringify(one) === JSON.stringify(other);
