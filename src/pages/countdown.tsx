import { type Milliseconds, seconds } from 'nestjs-redis-session';

const UNITS = [
  { name: ['day', 'days'], seconds: 86_400 },
  { name: ['h', 'h'], seconds: 3_600 },
  { name: ['min', 'min'], seconds: 60 },
  { name: ['s', 's'], seconds: 1 },
] as const;

/** A length of time for people, begun seconds counted as whole ones: "4 min 59 s", "8 h", "13 days 23 h". public/countdown.js writes the same. */
export function lengthOf(time: Milliseconds): string {
  const total = Math.max(0, Math.ceil(time / seconds(1)));
  const first = UNITS.findIndex((unit) => total >= unit.seconds);
  let left = total;
  const parts = UNITS.slice(first, first + 2).flatMap(({ name: [one, many], seconds: size }) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count > 0 ? `${count} ${count === 1 ? one : many}` : [];
  });
  return first === -1 ? '0 s' : parts.join(' ');
}

export interface CountdownProps {
  left: Milliseconds;
  /** What stands there when nothing is left. Default: "0 s". */
  over?: string;
  /** What it counts, for a script of the feature. */
  of?: string;
}

/** Time that runs out: what is left now, and where public/countdown.js is loaded from second to second. Screen readers are not told each of them. */
export function Countdown({ left, over, of }: CountdownProps) {
  return (
    <span class="countdown" role="timer" data-left={Math.ceil(left)} data-over={over} data-of={of}>
      {left > 0 ? lengthOf(left) : (over ?? lengthOf(0))}
    </span>
  );
}
