// What is said of many measurements of the same thing.

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Where the middle half of the values lies. */
export function middleHalf(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part) => sorted[Math.round((sorted.length - 1) * part)];
  return [at(0.25), at(0.75)];
}

/** Samples with as many values, drawn from these with repetition (bootstrap); always the same ones, so that a page is made anew as it was. */
export function resampled(values, samples) {
  let state = 1;
  // Numerical Recipes' generator: its upper bits are good enough for drawing.
  const draw = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  return Array.from({ length: samples }, () => values.map(() => values[Math.floor(draw() * values.length)]));
}
