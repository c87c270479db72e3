/** Data of a session: what JSON can hold. */
export type Fields = Record<string, unknown>;

/** Reads fields that were written as JSON by `dataJsonOf` or likewise. */
export function parseFields(json: string): Fields {
  const parsed: unknown = JSON.parse(json);
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}
