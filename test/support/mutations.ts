import { dice } from './dice.js';

const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1,
  0.5,
  1e15,
  8.64e15,
  1e300,
  '',
  'x',
  '1970-01-01',
  '\0',
  [],
  {},
  [{}],
  { toString: 1, valueOf: 1 },
  { current: null },
];

/** `count` texts that are nearly the record: other values, missing, added and renamed fields, changed and cut characters. */
export function mutationsOf(record: string, count: number): [string, string][] {
  const roll = dice(20_26);
  return Array.from({ length: count }, (_, number) => {
    if (number % 4 === 0) return spoilText(record, roll);
    const copy = JSON.parse(record) as Record<string, unknown>;
    const places = placesIn(copy);
    const [holder, name] = places[roll(places.length)]!;
    const value = VALUES[roll(VALUES.length)];
    if (number % 4 === 1) delete holder[name];
    else if (number % 4 === 2) holder[name] = value;
    else {
      holder[`${name}x`] = holder[name];
      holder.added = value;
    }
    return [`${number}: ${name} ${JSON.stringify(value)}`, JSON.stringify(copy)];
  });
}

function spoilText(text: string, roll: (below: number) => number): [string, string] {
  const at = roll(text.length);
  const sign = String.fromCharCode(roll(128));
  return [
    `${JSON.stringify(sign)} at ${at}`,
    text.slice(0, at) + sign + text.slice(at + (roll(2) === 0 ? 1 : 0)),
  ];
}

function placesIn(holder: Record<string, unknown>): [Record<string, unknown>, string][] {
  return Object.entries(holder).flatMap(([name, value]): [Record<string, unknown>, string][] => [
    [holder, name],
    ...(typeof value === 'object' && value !== null ? placesIn(value as Record<string, unknown>) : []),
  ]);
}
