/** What INFO and CLUSTER INFO answer, lines of `name:value`, by name; empty if it is something else. */
export function infoFields(info: unknown): Map<string, string> {
  const lines = typeof info === 'string' ? info.split('\r\n') : [];
  return new Map(
    lines.flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
    }),
  );
}

/** A field that is a whole number; `undefined` if it is missing or is none. */
export function numberOf(fields: ReadonlyMap<string, string>, name: string): number | undefined {
  const text = fields.get(name);
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}
