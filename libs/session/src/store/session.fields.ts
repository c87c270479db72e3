/** Data of a session: what JSON can hold. */
export type Fields = Record<string, unknown>;

/** Reads fields that were written as JSON by `dataJsonOf` or likewise. */
export function parseFields(json: string): Fields {
  const parsed: unknown = JSON.parse(json);
  return isFields(parsed) ? parsed : {};
}

/** Whether a value is a plain object, as opposed to a list, `null` or a single value. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
