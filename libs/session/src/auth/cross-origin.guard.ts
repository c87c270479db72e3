import { type ExecutionContext, Injectable } from '@nestjs/common';
import { adapterRequestOf, rawRequest, requestSessionOf, type SessionRequest } from '../http/index.js';
import { AccessGuard } from './access.guard.js';
import type { AccessRefusalCode } from './access.refusal.js';
import { isCrossOrigin } from './cross-origin.check.js';
import { SkipCrossOriginCheck } from './skip-cross-origin-check.decorator.js';

/** Methods that must change nothing, so that nothing is won by having a browser send them (RFC 9110, section 9.2.1). */
const SAFE_METHODS: readonly (string | undefined)[] = ['GET', 'HEAD', 'OPTIONS'];
const VARY = ['Sec-Fetch-Site', 'Origin'] as const;

/**
 * Refuses with 403 `CROSS_ORIGIN` what another site made the user's browser send (CSRF, ASVS 3.5.1), by `Sec-Fetch-Site` and `Origin`;
 * there are no tokens. GET, HEAD and OPTIONS pass, so they must change nothing; so do requests of programs, which send
 * neither header. Sites on `auth.trustedOrigins` pass, and everybody at routes with `@SkipCrossOriginCheck()`.
 *
 * On a WebSocket it judges the handshake at each message, whatever its method (cross-site WebSocket hijacking): `Origin` against `Host`,
 * so behind a proxy that changes `Host` the site itself has to be a trusted origin. Messages of brokers pass.
 *
 * The host is that of the adapter, with `trust proxy` (Express) or `trustProxy` (Fastify) from `X-Forwarded-Host`.
 *
 * Over plain http (other than localhost) browsers send no `Sec-Fetch-Site`, and on pages with `Referrer-Policy: no-referrer`, the default
 * of helmet, `Origin: null`: forms of the site itself are refused then. `Referrer-Policy: same-origin` tells other sites as little.
 *
 * @example for the whole application, login included
 * providers: [{ provide: APP_GUARD, useClass: CrossOriginGuard }]
 */
@Injectable()
export class CrossOriginGuard extends AccessGuard {
  protected judge(context: ExecutionContext): AccessRefusalCode | undefined {
    const request = adapterRequestOf(context);
    if (request === undefined || this.isSkipped(context)) return undefined;
    const raw = rawRequest(request);
    const isHandshake =
      context.getType<string>() === 'ws' || raw.headers.upgrade?.toLowerCase() === 'websocket';
    if (!isHandshake) {
      if (SAFE_METHODS.includes(raw.method)) return undefined;
      this.vary(context, raw);
    }
    // Browsers differ in what they say of the site of a socket, but all say its origin.
    const site = isHandshake ? undefined : headerOf(raw, 'sec-fetch-site');
    const found = { site, origin: headerOf(raw, 'origin'), host: hostOf(request, raw) };
    return isCrossOrigin(found, (origin) => this.isTrusted(origin, context)) ? 'CROSS_ORIGIN' : undefined;
  }

  /** Whether pages of an origin may send this request; by default those on `auth.trustedOrigins`. Compare the whole text. */
  protected isTrusted(origin: string, _context: ExecutionContext): boolean {
    return this.parts.trustedOrigins.has(origin);
  }

  private isSkipped(context: ExecutionContext): boolean {
    const marks = [context.getHandler(), context.getClass()];
    return this.parts.reflector.getAllAndOverride(SkipCrossOriginCheck, marks) !== undefined;
  }

  /** Tells caches what the answer depends on, beside what others have told them. */
  private vary(context: ExecutionContext, raw: SessionRequest): void {
    if (context.getType() === 'http') {
      const response: unknown = context.switchToHttp().getResponse();
      const { httpAdapter } = this.parts.adapterHost;
      const before: unknown = httpAdapter.getHeader(response, 'Vary');
      const said = [before].flat().join(',').toLowerCase();
      const missing = VARY.filter((name) => !said.split(/\s*,\s*/).includes(name.toLowerCase()));
      if (missing.length > 0) httpAdapter.appendHeader(response, 'Vary', missing.join(', '));
      return;
    }
    requestSessionOf(raw)?.response.appendHeader('Vary', VARY.join(', '));
  }
}

/** A header; if it was sent twice, both, which equal nothing that passes. */
function headerOf({ headers }: SessionRequest, name: 'sec-fetch-site' | 'origin'): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The host as the adapter knows it; that of the header for a request that no adapter made. */
function hostOf(request: object, raw: SessionRequest): string | undefined {
  return 'host' in request && typeof request.host === 'string' ? request.host : raw.headers.host;
}
