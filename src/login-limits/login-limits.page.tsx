import { seconds } from 'nestjs-redis-session';
import { Countdown, lengthOf } from '../pages/countdown.js';
import { Card } from '../pages/parts.js';
import type { CountedView, LimitView, LoginLimitsView } from './login-limits.view.js';

const inWords = (time: number): string => lengthOf(seconds(time));

export function LoginLimitsPage({ view: { limits, address, account } }: { view: LoginLimitsView }) {
  return (
    <>
      <Card title="Login limits" level={1}>
        <p>
          Whoever guesses passwords gets a few tries and then has to wait, longer each time. An attempt is
          counted before the password is checked, so that many at one time do not get more; the right password
          gives it back. Here is what is counted for you, and for nobody else.
        </p>
      </Card>
      <div class="cards">
        <Counted title="Your address" counted={address} limit={limits.address}>
          <p class="soft">
            Counted as <code>{address.network}</code>: failed attempts on any account, by everybody behind
            this address.
          </p>
        </Counted>
        {account !== undefined && (
          <Counted title="Your account" counted={account} limit={limits.account}>
            <p class="soft">
              Failed attempts on it from anywhere. They never keep you out on a device on which you have
              logged in before.
            </p>
          </Counted>
        )}
      </div>
      <Card title="The limits in force">
        <table class="stacks">
          <thead>
            <tr>
              <th scope="col">Counted on</th>
              <th scope="col" class="amount">
                Attempts
              </th>
              <th scope="col">within</th>
              <th scope="col">then a wait of</th>
              <th scope="col">at most</th>
            </tr>
          </thead>
          <tbody>
            <LimitRow name="one account, from wherever" limit={limits.account} />
            <LimitRow name="one address, on whatever account" limit={limits.address} />
            <LimitRow name="one account from one address" limit={limits.pair} />
            {limits.device && (
              <tr>
                <th scope="row">a device that the account was logged in on before</th>
                <td class="amount" data-label="Attempts">
                  {limits.device.maxAttempts}
                </td>
                <td data-label="within">{inWords(limits.device.window)}</td>
                <td data-label="after that" colSpan={2}>
                  it counts as an unknown device
                </td>
              </tr>
            )}
          </tbody>
        </table>
        {limits.disableAfter !== null && (
          <p class="soft">
            After {limits.disableAfter} failures in a row, however far apart, a password counts as wrong until
            its user has proved otherwise who it is.
          </p>
        )}
      </Card>
      <script type="module" src="/assets/countdown.js" />
    </>
  );
}

function Counted({
  title,
  counted: { attempts, retryAfter },
  limit,
  children,
}: {
  title: string;
  counted: CountedView;
  limit: LimitView | null;
  children: preact.ComponentChildren;
}) {
  const id = title.toLowerCase().replaceAll(' ', '-');
  return (
    <Card title={title}>
      {retryAfter > 0 ? (
        <p class="notice bad">
          No login is let through for another{' '}
          <strong>
            <Countdown left={seconds(retryAfter)} over="moment" />
          </strong>
          .
        </p>
      ) : (
        <>
          <p>
            <span class="number">{attempts}</span>{' '}
            <span id={id}>
              {limit ? `of ${limit.maxAttempts} attempts within ${inWords(limit.window)}` : 'attempts'}
            </span>
          </p>
          {limit && (
            <p>
              <meter
                aria-labelledby={id}
                min={0}
                max={limit.maxAttempts}
                high={limit.maxAttempts * 0.7}
                value={attempts}
              >
                {attempts}
              </meter>
            </p>
          )}
        </>
      )}
      {children}
    </Card>
  );
}

function LimitRow({ name, limit }: { name: string; limit: LimitView | null }) {
  if (limit === null) {
    return (
      <tr>
        <th scope="row">{name}</th>
        <td colSpan={4}>not limited</td>
      </tr>
    );
  }
  const { maxAttempts, window, blockDuration, backoff, maxBlock } = limit;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="amount" data-label="Attempts">
        {maxAttempts}
      </td>
      <td data-label="within">{inWords(window)}</td>
      <td data-label="then a wait of">
        <span>
          {inWords(blockDuration)}
          {backoff > 1 && `, each next ${backoff === 2 ? 'twice' : `${backoff} times`} as long`}
        </span>
      </td>
      <td data-label="at most">{inWords(maxBlock)}</td>
    </tr>
  );
}
