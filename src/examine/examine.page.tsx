import { Card } from '../pages/parts.js';
import type { RedisMemory, StoredRecord } from './stored.records.js';

export interface ExaminePageProps {
  record: StoredRecord | undefined;
  memory: RedisMemory;
}

export function ExaminePage({ record, memory }: ExaminePageProps) {
  return (
    <>
      <Card title="Your session in Redis" level={1}>
        {record === undefined ? <Nothing /> : <Stored record={record} />}
      </Card>
      <Card title="Look for yourself">
        <p>
          What redis-cli tells, and the command of this library, which hides what is secret and never stops
          Redis:
        </p>
        <div class="scroll" tabindex={0} role="region" aria-label="Commands">
          <table>
            <thead>
              <tr>
                <th scope="col">Question</th>
                <th scope="col">redis-cli</th>
                <th scope="col">npx nestjs-redis-session</th>
              </tr>
            </thead>
            <tbody>
              {questions(record?.key ?? 'sess:<handle>').map(([question, cli, command]) => (
                <tr key={question}>
                  <td>{question}</td>
                  <td>
                    <code>{cli}</code>
                  </td>
                  <td>
                    <code>{command}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Card>
      <Card title="The memory of this Redis">
        <dl>
          <dt>In use</dt>
          <dd>{kilobytes(memory.used)}</dd>
          <dt>Limit</dt>
          <dd>{memory.limit === 0 ? 'none' : kilobytes(memory.limit)}</dd>
          <dt>When it is full</dt>
          <dd>
            <code>{memory.policy}</code>
          </dd>
        </dl>
      </Card>
    </>
  );
}

function Nothing() {
  return (
    <>
      <p>Nothing is stored of you yet: a session without data is neither kept nor given a cookie.</p>
      <p>
        <a class="button" href="/">
          Count a visit
        </a>
      </p>
    </>
  );
}

function Stored({ record: { key, type, timeToLive, memory, value } }: { record: StoredRecord }) {
  return (
    <>
      <dl>
        <dt>Key</dt>
        <dd>
          <code>{key}</code>
        </dd>
        <dt>Type</dt>
        <dd>{type}</dd>
        <dt>Expires in</dt>
        <dd>{`${Math.max(0, Math.ceil(timeToLive / 1000))} s`}</dd>
        <dt>Memory</dt>
        <dd>{`${memory} bytes`}</dd>
      </dl>
      <pre tabindex={0} role="region" aria-label="Value">
        {JSON.stringify(value, null, 2)}
      </pre>
      <p class="soft">
        The key is the public half of your session’s id. The secret half is in your cookie alone; Redis has
        its hash. Looking at this page does not prolong the session.
      </p>
    </>
  );
}

function questions(key: string): readonly (readonly [string, string, string])[] {
  const handle = key.slice(key.indexOf(':') + 1);
  return [
    ['Which sessions are there?', "--scan --pattern 'sess:*'", 'sessions list'],
    ['What is in this one?', `GET "${key}"`, `sessions show ${handle}`],
    ['How long does it live?', `TTL "${key}"`, `sessions ttl ${handle}`],
    ['How much memory do they take?', 'INFO memory', 'sessions memory'],
    ['What happens right now?', 'MONITOR', 'sessions monitor'],
  ];
}

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1024).toLocaleString('en')} kB`;
