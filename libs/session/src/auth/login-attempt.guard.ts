import { type CanActivate, type ExecutionContext, HttpException, Inject, Injectable } from '@nestjs/common';
import {
  InvalidAccountException,
  InvalidCredentialsException,
  RETRY_AFTER_SECONDS,
  SessionException,
  SessionStoreUnavailableException,
  StoreUnavailableError,
} from '../common/index.js';
import { adapterRequestOf, rawRequest, requestSessionOf } from '../http/index.js';
import { GuardParts } from './guard.parts.js';
import { type LoginAttemptLimit, limitOn } from './login-attempt.demand.js';
import { inContext } from './refusal.by-context.js';

/**
 * Counts a request to a route with `@LimitLoginAttempts()` before its handler runs, and refuses it with 429 `LOGIN_BLOCKED` where there
 * were too many. Routes without the decorator pass, and so do messages of brokers, which come from no client's address.
 */
@Injectable()
export class LoginAttemptGuard implements CanActivate {
  /** Set by Nest: give the class to `@UseGuards()` or `APP_GUARD` instead of making an instance. */
  @Inject(GuardParts) protected readonly parts!: GuardParts;

  /**
   * @throws LoginBlockedException 429; ChallengeRequiredException 403; InvalidAccountException 400; InvalidCredentialsException 401
   *   where the credential is disabled; SessionStoreUnavailableException 503
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const limit = limitOn(this.parts.reflector, context.getHandler(), context.getClass());
    const request = adapterRequestOf(context);
    if (limit === undefined || request === undefined) return true;
    try {
      await this.count(request, limit, context);
      return true;
    } catch (error) {
      const refusal = refusalOf(error, request);
      throw refusal instanceof SessionException ? await inContext(context, refusal) : refusal;
    }
  }

  private async count(request: object, limit: LoginAttemptLimit, context: ExecutionContext): Promise<void> {
    const { attempts } = this.parts;
    const account = await accountIn(request, limit, context);
    const attempt = await attempts.begin(request, { account, purpose: limit.purpose });
    attempts.hold(request, attempt);
    if (!attempt.isDisabled) return;
    await attempt.fail();
    throw new InvalidCredentialsException();
  }
}

/** A body that is absent or of another shape is the client's doing, and no reason for a 500. */
async function accountIn(
  request: object,
  limit: LoginAttemptLimit,
  context: ExecutionContext,
): Promise<string> {
  let account: unknown;
  try {
    account = await limit.account(request, context);
  } catch (error) {
    if (error instanceof HttpException) throw error;
  }
  if (typeof account !== 'string') throw new InvalidAccountException();
  return account;
}

function refusalOf(error: unknown, request: object): unknown {
  if (!(error instanceof StoreUnavailableError)) return error;
  const response = requestSessionOf(rawRequest(request))?.response;
  if (response?.headersSent === false) response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
  return new SessionStoreUnavailableException({ cause: error });
}
