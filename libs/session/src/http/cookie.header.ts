/**
 * The value that a `Cookie` header has for a name, if it stands there once.
 *
 * A name standing there twice means that somebody else, such as a neighbouring host, has set one of the two. Which one cannot be
 * told, so neither counts.
 */
export function cookieIn(header: string | undefined, name: string): string | undefined {
  if (header === undefined || !header.includes(name)) return undefined;
  let found: string | undefined;
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals < 0 || pair.slice(0, equals).trim() !== name) continue;
    if (found !== undefined) return undefined;
    found = pair.slice(equals + 1).trim();
  }
  return found;
}
