import { request } from 'node:http';

export interface RawAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  json: any;
}

/** One request with exactly these headers: `fetch` has a mind of its own about Host, Origin and Sec-Fetch-Site. */
export function rawRequest(
  url: string,
  method: string,
  headers: Record<string, string | string[]> = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          json: text.startsWith('{') ? JSON.parse(text) : undefined,
        }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}
