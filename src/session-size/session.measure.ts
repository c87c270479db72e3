/** From here on a session is worth a look, bytes: what most sessions of most applications need is far below. */
const GROWING = 4 * 1024;
/** How often reading and writing are tried to measure them; few, because they hold up everybody else. Odd, so that there is a middle one. */
const RUNS = 9;

/** A field of the stored session. */
export interface FieldSize {
  name: string;
  /** With its name, in UTF-8. */
  bytes: number;
}

/** A session as Redis holds it. */
export interface SessionSize {
  bytes: number;
  maxBytes: number;
  level: 'small' | 'growing' | 'large';
  /** The largest first. `cookie` and `$session` are the server's own. */
  fields: FieldSize[];
  /** What JSON costs each request that reads the session, and each that writes it. The median of so many runs. */
  serialization: { parseMicroseconds: number; stringifyMicroseconds: number; runs: number };
}

/** Measures the stored text of a session; `null` is one that is not stored. */
export function measure(text: string | null, maxBytes: number): SessionSize {
  const bytes = Buffer.byteLength(text ?? '');
  const record: unknown = JSON.parse(text ?? '{}');
  const fields = Object.entries(record as Record<string, unknown>).map(([name, value]) => ({
    name,
    bytes: Buffer.byteLength(`${JSON.stringify(name)}:${JSON.stringify(value)}`),
  }));
  return {
    bytes,
    maxBytes,
    level: bytes < GROWING ? 'small' : bytes * 2 < maxBytes ? 'growing' : 'large',
    fields: fields.toSorted((one, other) => other.bytes - one.bytes),
    serialization: {
      parseMicroseconds: text === null ? 0 : median(() => JSON.parse(text)),
      stringifyMicroseconds: text === null ? 0 : median(() => JSON.stringify(record)),
      runs: RUNS,
    },
  };
}

/** How long something takes, in microseconds; the median, because now and then the process is held up by something else. */
function median(work: () => unknown): number {
  const times = Array.from({ length: RUNS }, () => {
    const begin = process.hrtime.bigint();
    work();
    return Number(process.hrtime.bigint() - begin) / 1_000;
  });
  return Math.round((times.toSorted((one, other) => one - other)[(RUNS - 1) / 2] ?? 0) * 10) / 10;
}
