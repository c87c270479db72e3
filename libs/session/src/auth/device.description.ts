import { BROWSER_MAP, OS_MAP, parse } from 'bowser';

/** No header of a real browser is longer; how long dozens of patterns take is then not for the sender to decide. */
const MOST_CHARACTERS = 512;
const UNKNOWN = 'unknown device';

/** Names as people know them, where bowser has longer ones. */
const SHORTER: Readonly<Record<string, string>> = {
  'Microsoft Edge': 'Edge',
  'Samsung Internet for Android': 'Samsung Internet',
};

/**
 * The only names of browsers that can come out. bowser has a last pattern that takes the name from the header as it stands, and
 * with that whoever sends the header would write into the page on which the user reads it.
 */
const BROWSERS = new Set(Object.values(BROWSER_MAP).filter((name) => name !== 'Generic'));
const SYSTEMS = new Set(Object.values(OS_MAP));
const MODELS = new Set(['iPhone', 'iPad', 'iPod']);

/** Programs that are no browsers, by the beginning of what they call themselves. */
const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/^curl\//i, 'curl'],
  [/^wget\//i, 'Wget'],
  [/^(node|undici)\b/i, 'Node'],
  [/^axios\//i, 'axios'],
  [/^python-(requests|urllib3)\b|^python\/\S+ aiohttp|^python-httpx\b|^python-urllib\b/i, 'Python'],
  [/^go-http-client\//i, 'Go'],
  [/^java(-http-client)?\//i, 'Java'],
  [/^okhttp\//i, 'okhttp'],
  [/^dart\//i, 'Dart'],
  [/^postmanruntime\//i, 'Postman'],
  [/^insomnia\//i, 'Insomnia'],
  [/^powershell\/|\bwindowspowershell\//i, 'PowerShell'],
];

/**
 * What kind of device a `User-Agent` header speaks of, in few words for the list of one's sessions: "Firefox on Windows",
 * "Safari on iPhone", "curl", "unknown device".
 *
 * Only known names, never a version and never a piece of the header; at most 60 characters. It is what the client says, so it helps
 * an owner to recognise a session and proves nothing. An iPad that asks for desktop pages, as they do by default, is a Mac here.
 *
 * @param userAgent the header; several are looked at by the first. Never throws, whatever it is
 */
export function describeDevice(userAgent: unknown): string {
  const first: unknown = Array.isArray(userAgent) ? userAgent[0] : userAgent;
  if (typeof first !== 'string' || first === '') return UNKNOWN;
  const header = first.slice(0, MOST_CHARACTERS);
  const program = PROGRAMS.find(([pattern]) => pattern.test(header))?.[1];
  if (program !== undefined) return program;
  const { browser, system } = recognise(header);
  if (browser === undefined) return system === undefined ? UNKNOWN : `unknown browser on ${system}`;
  return system === undefined ? browser : `${browser} on ${system}`;
}

function recognise(header: string): { browser?: string; system?: string } {
  try {
    const { browser, os, platform } = parse(header);
    const name = oneOf(BROWSERS, browser.name);
    return {
      browser: name === undefined ? undefined : (SHORTER[name] ?? name),
      system: oneOf(MODELS, platform.model) ?? oneOf(SYSTEMS, os.name),
    };
  } catch {
    // A pattern of bowser's that does not expect such a header; it is no reason to refuse a login.
    return {};
  }
}

function oneOf(names: ReadonlySet<string>, name: string | undefined): string | undefined {
  return name !== undefined && names.has(name) ? name : undefined;
}
