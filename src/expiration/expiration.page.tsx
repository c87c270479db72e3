import type { ComponentChildren } from 'preact';
import type { Milliseconds } from 'nestjs-redis-session';
import { Countdown, lengthOf } from '../pages/countdown.js';
import { Card, Instant } from '../pages/parts.js';
import { CustomCard } from './custom.card.js';
import type { ExpirationView } from './expiration.view.js';

export function ExpirationPage({ view: { timeLeft, endsAt, strategies } }: { view: ExpirationView }) {
  const { idle, absolute, rememberMe, custom } = strategies;
  return (
    <>
      <Card title="Session expiration" level={1}>
        {endsAt === null ? (
          <p>
            You have no session yet: nothing was put into one, so nothing is stored and nothing ends. Log in,{' '}
            <a href="/">visit the start page</a>, or choose a lifetime below, and it begins.
          </p>
        ) : (
          <>
            <p>
              If nothing more happens, your session ends in{' '}
              <strong>
                <Countdown left={timeLeft} of="timeLeft" over="a moment" />
              </strong>
              , at <Instant at={Date.parse(endsAt)} />: at the earlier of two ends, in Redis and in the cookie
              alike.
            </p>
            <p class="soft" id="asked" hidden>
              This page has asked <span>0</span> time(s) how much is left. Asking does not move the end.
            </p>
            <p id="session-over" role="status"></p>
          </>
        )}
      </Card>
      <div class="cards four">
        <StrategyCard
          title="Idle timeout"
          configured={lengthOf(idle.timeout ?? 0)}
          left={idle.timeLeft}
          of="idle"
          otherwise={endsAt === null ? 'no session' : 'replaced for this session'}
        >
          So long without a request, and the session ends. Each request moves it, noted in steps of a tenth;
          polls on a passive route do not.
        </StrategyCard>
        <StrategyCard
          title="Absolute timeout"
          configured={lengthOf(absolute.timeout ?? 0)}
          left={absolute.timeLeft}
          of="absolute"
          otherwise="no session"
        >
          So long after it began, it ends, however active you are. Whoever steals a session cannot keep it.
        </StrategyCard>
        <StrategyCard
          title="Remember me"
          configured={`${lengthOf(rememberMe.timeout ?? 0)}, at most ${lengthOf(rememberMe.absoluteTimeout)}`}
          left={rememberMe.timeLeft}
          of="rememberMe"
          otherwise="not ticked at this login"
        >
          Both timeouts are longer, and the cookie outlives the browser. After the ordinary idle timeout the
          login still counts, but not as a fresh one.
        </StrategyCard>
        <StrategyCard
          title="Custom lifetime"
          configured={custom.timeout === null ? 'none' : lengthOf(custom.timeout)}
          left={custom.timeLeft}
          of="custom"
          otherwise="none chosen"
        >
          An idle timeout of this session alone. The absolute timeout still holds.
        </StrategyCard>
      </div>
      <CustomCard minutes={custom.minutes} />
      <script type="module" src="/assets/expiration-page.js" />
    </>
  );
}

interface StrategyCardProps {
  title: string;
  configured: string;
  left: Milliseconds | null;
  of: string;
  /** What to say where it does not decide. */
  otherwise: string;
  children: ComponentChildren;
}

function StrategyCard({ title, configured, left, of, otherwise, children }: StrategyCardProps) {
  return (
    <Card title={title}>
      <p>
        {left === null ? (
          <span class="badge">{otherwise}</span>
        ) : (
          <span class="number">
            <Countdown left={left} of={of} over="over" />
          </span>
        )}
      </p>
      <dl>
        <dt>Configured</dt>
        <dd>{configured}</dd>
      </dl>
      <p class="soft">{children}</p>
    </Card>
  );
}
