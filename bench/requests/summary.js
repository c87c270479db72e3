// From measurements to what is said of them: ratios of one round each, their median, and where the middle half of them lies. What is a
// difference divided by another one is taken from medians over all rounds: within one round, a disturbance of the bare app can make a
// difference nothing, and its ratio anything.
import { median, middleHalf, resampled } from '../statistics.js';
import { bareOf, GUIDE } from './variants.js';

const RESAMPLES = 400;

/**
 * @param found what measureRounds gives
 * @returns what can be asked of a variant in a case; everything that compares, compares within a round
 */
export function summarise(found) {
  const of = (key, name) => found[key]?.figures[name];
  const by = (key, name, value) => of(key, name).map(value);
  const spread = (values) => ({
    median: median(values),
    half: middleHalf(values),
    least: Math.min(...values),
    most: Math.max(...values),
  });

  return {
    has: (key, name) => of(key, name) !== undefined,
    traffic: (key, action) => found[key]?.traffic[action],
    plain: (key, name, field) => median(by(key, name, (figures) => figures[field])),

    /** The same with its spread. */
    spread: (key, name, field) => spread(by(key, name, (figures) => figures[field])),

    /** Requests a second, as a part of what the same adapter does without sessions. */
    ratio: (key, name) =>
      spread(by(key, name, ({ perSecond }, round) => perSecond / of(bareOf(key), name)[round].perSecond)),

    /** CPU added to a request, as a part of what `base` adds: the guide's set-up, unless said otherwise. */
    addedCpu: (key, name, base = GUIDE) => added('cpu', key, name, base),

    /** The same of the median time of an answer. */
    addedTime: (key, name, base = GUIDE) => added('p50', key, name, base),

    /** Redis's CPU of a request, as a part of `base`'s. */
    redisCpu: (key, name, base = GUIDE) =>
      spread(by(key, name, ({ redisCpu }, round) => redisCpu / of(base, name)[round].redisCpu)),
  };

  function added(field, key, name, base) {
    const over = (rounds) => {
      const typical = (one) => median(rounds.map((round) => of(one, name)[round][field]));
      const above = (one) => typical(one) - typical(bareOf(one));
      return above(key) / above(base);
    };
    const rounds = of(key, name).map((_, round) => round);
    return { median: over(rounds), half: middleHalf(resampled(rounds, RESAMPLES).map(over)) };
  }
}
