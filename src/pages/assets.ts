import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExpressAdapter } from '@nestjs/platform-express';

/** Seen from src/ and from dist/ alike. */
const PUBLIC = fileURLToPath(new URL('../../public', import.meta.url));

/** Serves style, scripts and pictures. They have nothing to do with sessions, so this comes before them. */
export function serveAssets(adapter: ExpressAdapter): void {
  const charts = dirname(createRequire(import.meta.url).resolve('chart.js'));
  const setHeaders = (response: { setHeader(name: string, value: string): unknown }): void => {
    // Kept, but asked for anew: whoever changes a file sees the change.
    response.setHeader('Cache-Control', 'no-cache');
  };
  const options = { index: false, redirect: false, setHeaders } as const;
  adapter.useStaticAssets(PUBLIC, { ...options, prefix: '/assets' });
  adapter.useStaticAssets(charts, { ...options, prefix: '/assets/chart' });
}
