/** What one request answered. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: any;
  /** The session cookie that came with it, as `name=value`, if any. */
  setCookie: string | undefined;
}

/** A browser's memory for one session cookie, over real HTTP. */
export class Browser {
  cookie: string | undefined;

  constructor(
    /** A load balancer of a test leads the browser elsewhere by it. */
    public origin: string,
    private readonly cookieName = 'sid',
  ) {}

  async fetch(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = new Headers(init.headers);
    if (this.cookie !== undefined && !headers.has('cookie')) headers.set('cookie', this.cookie);
    const response = await fetch(this.origin + path, { redirect: 'manual', ...init, headers });
    const text = await response.text();
    const setCookie = response.headers
      .getSetCookie()
      .findLast((line) => line.startsWith(`${this.cookieName}=`));
    if (setCookie !== undefined) {
      const [pair] = setCookie.split(';', 1);
      this.cookie = /max-age=0/i.test(setCookie) ? undefined : pair;
    }
    return { status: response.status, headers: response.headers, text, json: parse(text), setCookie };
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.fetch(path, { headers });
  }

  post(path: string, body: unknown = {}): Promise<Answer> {
    return this.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /** The id in the cookie, without signature. */
  get sid(): string {
    const value = decodeURIComponent(this.cookie?.split('=')[1] ?? '');
    return value.slice(2, value.lastIndexOf('.'));
  }

  /** The public half of the id: the end of the Redis key. */
  get handle(): string {
    return this.sid.split('.')[0] ?? '';
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
