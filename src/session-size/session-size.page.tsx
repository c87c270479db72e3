import { Card, Notice } from '../pages/parts.js';
import { loginFor } from '../pages/return.path.js';
import type { ConnectionFacts, Loads } from './connections.service.js';
import type { FieldSize, SessionSize } from './session.measure.js';

interface SessionSizeProps {
  session: SessionSize;
  connections: ConnectionFacts;
  preferencesBytes: number | null;
}

export function SessionSizePage({ session, connections, preferencesBytes }: SessionSizeProps) {
  return (
    <>
      <Size session={session} />
      <div class="cards">
        <Serialization session={session} />
        <Connection connections={connections} />
        <Beside bytes={preferencesBytes} />
      </div>
    </>
  );
}

const ADVICE = {
  small: { kind: 'good', badge: 'Small', text: 'This is how a session should be.' },
  growing: {
    kind: 'warn',
    badge: 'Growing',
    text: 'Every request loads all of this, even one that needs none of it. Look at the largest field: does it belong here?',
  },
  large: {
    kind: 'bad',
    badge: 'Large',
    text: 'More than half of what a session may have. What goes beyond the limit is refused, and nothing of it is kept. Move the largest field out of the session now.',
  },
} as const;

function Size({ session: { bytes, maxBytes, level, fields } }: { session: SessionSize }) {
  const { kind, badge, text } = ADVICE[level];
  return (
    <Card title="The size of your session" level={1}>
      {bytes === 0 ? (
        <p>Nothing is stored for you yet: a visitor who only looks costs no session.</p>
      ) : (
        <>
          <p class="row">
            <span class="number">{withCommas(bytes)} bytes</span>
            <span class={`badge ${kind}`}>{badge}</span>
          </p>
          <p>
            <meter
              aria-label="Size of the session"
              min={0}
              max={maxBytes}
              low={maxBytes / 16}
              high={maxBytes / 2}
              optimum={0}
              value={bytes}
            />
            <span class="soft">of {withCommas(maxBytes)} that one session may have</span>
          </p>
          {level !== 'small' && <p class={`notice ${kind}`}>{text}</p>}
          <Fields fields={fields} bytes={bytes} />
        </>
      )}
      <h2>Make it larger</h2>
      <p class="soft">
        This puts a history of activities on the session, as in the guide's example of bad practice. It is
        yours alone, and ends with the session.
      </p>
      <div class="row">
        <form method="post" action="/session/history" class="row">
          {[1, 8, 32].map((kilobytes) => (
            <button key={kilobytes} class="quiet" name="kilobytes" value={kilobytes}>
              Add {kilobytes} KB
            </button>
          ))}
        </form>
        <form method="post" action="/session/history/remove">
          <button class="quiet danger">Remove it again</button>
        </form>
      </div>
    </Card>
  );
}

const OWN: Readonly<Record<string, string>> = {
  cookie: 'the attributes of the cookie',
  $session: "the server's own: hashes, times, who is logged in",
};

function Fields({ fields, bytes }: { fields: FieldSize[]; bytes: number }) {
  return (
    <div class="scroll" tabindex={0} role="group" aria-label="Fields of the session">
      <table>
        <caption>Field by field</caption>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col" class="amount">
              Bytes
            </th>
            <th scope="col" class="share">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={field.name}>
              <td>
                <code>{field.name}</code>
                {OWN[field.name] !== undefined && <div class="soft">{OWN[field.name]}</div>}
              </td>
              <td class="amount">{withCommas(field.bytes)}</td>
              <td class="share">
                <progress aria-label={`Share of ${field.name}`} max={bytes} value={field.bytes} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Serialization({ session: { bytes, serialization } }: { session: SessionSize }) {
  const { parseMicroseconds, stringifyMicroseconds, runs } = serialization;
  return (
    <Card title="Serialization">
      <dl>
        <dt>JSON.parse</dt>
        <dd>{parseMicroseconds} µs</dd>
        <dt>JSON.stringify</dt>
        <dd>{stringifyMicroseconds} µs</dd>
      </dl>
      <p class="soft">
        {bytes === 0
          ? 'There is nothing to measure yet.'
          : `Measured just now on the ${withCommas(bytes)} bytes of your session; the median of ${runs} runs. Each request pays the first, and each change the second.`}
      </p>
    </Card>
  );
}

function Connection({ connections }: { connections: ConnectionFacts }) {
  const { open, requestsUnderWay, mostUnderWay, commandsProcessed } = connections;
  return (
    <Card title="Connections">
      <dl>
        <dt>From here to Redis</dt>
        <dd>{open}</dd>
        <dt>Requests now</dt>
        <dd>
          {requestsUnderWay}, at most {mostUnderWay} at once
        </dd>
        <dt>Commands in Redis</dt>
        <dd>{commandsProcessed === null ? 'it does not tell' : withCommas(commandsProcessed)}</dd>
      </dl>
      <p class="soft">
        No pool, and no connection for each request: all of them share one, which sends what they ask without
        waiting for the answers before.
      </p>
      <LoadsForm />
    </Card>
  );
}

function LoadsForm() {
  return (
    <form method="get" action="/session/loads">
      <button class="quiet" name="count" value={50}>
        Load my session 50 times at once
      </button>
    </form>
  );
}

function Beside({ bytes }: { bytes: number | null }) {
  return (
    <Card title="Beside the session">
      <p>
        Large data has a key of its own, here <code>user:&lt;id&gt;:preferences</code>, for a day. Only
        requests that need it load it, and the session holds no more than the user's id.
      </p>
      {bytes === null ? (
        <p>
          <a href={loginFor('/session')}>Log in</a> to have preferences there.
        </p>
      ) : (
        <p>
          Yours take {withCommas(bytes)} bytes, none of them in the session.{' '}
          <a href="/session/preferences">Look at them</a>
        </p>
      )}
    </Card>
  );
}

export function LoadsPage({ loads, connections, milliseconds }: Loads) {
  return (
    <Card
      title={`${loads} loads went over ${connections} ${connections === 1 ? 'connection' : 'connections'}`}
      level={1}
    >
      <p>
        All together took <strong>{milliseconds} ms</strong>. Each one read your session and asked Redis for
        the number of the connection that it came by; all of them were sent before the first answer was there.
      </p>
      <div class="row">
        <LoadsForm />
        <a href="/session">Back to your session</a>
      </div>
    </Card>
  );
}

export function RefusedPage({ message }: { message: string }) {
  return (
    <Card title="Nothing was changed" level={1}>
      <Notice kind="bad">{message}</Notice>
      <p>
        <a class="button" href="/session">
          Back to your session
        </a>
      </p>
    </Card>
  );
}

const withCommas = (number: number): string => number.toLocaleString('en');
