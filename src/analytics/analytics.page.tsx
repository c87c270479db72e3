import type { AnalyticsDay, AnalyticsNow } from 'nestjs-redis-session/analytics';
import { Card } from '../pages/parts.js';
import { addUp, dayName, duration, mean, share, whole } from './analytics.figures.js';
import { PERIODS } from './analytics.query.js';
import { Chart, Figures } from './analytics.parts.js';

export interface AnalyticsPageProps {
  now: AnalyticsNow;
  /** At least one; the last one is today. */
  days: AnalyticsDay[];
}

export function AnalyticsPage({ now, days }: AnalyticsPageProps) {
  const period = addUp(days);
  return (
    <>
      <Card title="Analytics" level={1}>
        <p>
          How sessions are used, counted by day without knowing whose they are: Redis holds sums and
          HyperLogLogs, and no id, name or address. Days begin at midnight UTC.
        </p>
        <Periods chosen={days.length} />
      </Card>
      <Today now={now} today={days.at(-1)!} />
      {period.requests === 0 ? <Nothing count={days.length} /> : <Charts days={days} period={period} />}
      <script defer src="/assets/chart/chart.umd.min.js" />
      <script type="module" src="/assets/analytics.js" />
    </>
  );
}

function Periods({ chosen }: { chosen: number }) {
  return (
    <p class="choice" role="group" aria-label="Period">
      {PERIODS.map((count) => (
        <a
          key={count}
          href={`/admin/analytics?days=${count}`}
          aria-current={Number(count) === chosen ? 'true' : undefined}
        >
          {`${count} days`}
        </a>
      ))}
    </p>
  );
}

function Today({ now, today }: { now: AnalyticsNow; today: AnalyticsDay }) {
  const tiles = [
    {
      name: 'Active now',
      value: whole(now.activeSessions),
      note: `sessions used in the last ${duration(now.within)}`,
    },
    { name: 'Visitors today', value: whole(today.visitors), note: 'browsers with a session' },
    { name: 'Requests today', value: whole(today.requests), note: 'with a session' },
    {
      name: 'Requests a session',
      value: mean(today.requestsPerSession),
      note: 'on average, today',
    },
  ];
  return (
    <div class="cards tiles">
      {tiles.map(({ name, value, note }) => (
        <section class="card" key={name}>
          <h2>{name}</h2>
          <p class="number">{value}</p>
          <p class="soft">{note}</p>
        </section>
      ))}
    </div>
  );
}

function Nothing({ count }: { count: number }) {
  return (
    <section class="card empty">
      <svg viewBox="0 0 120 64" width="180" height="96" aria-hidden="true">
        <path class="axis" d="M8 4v52h104" />
        <path class="curve" d="M16 48c18 0 18-24 36-24s16 14 30 14 14-26 26-26" />
      </svg>
      <h2>{`Nothing was counted in these ${count} days`}</h2>
      <p class="soft">
        Sessions are counted about a second after they are used. Visit a page or two, then look again.
      </p>
      <p>
        <a class="button" href="/">
          Visit the start page
        </a>
      </p>
    </section>
  );
}

function Charts({ days, period }: { days: AnalyticsDay[]; period: ReturnType<typeof addUp> }) {
  return (
    <>
      <Card title="By day">
        <div class="cards plain">
          <Chart of="by-day" column={1} kind="area" label="Visitors" />
          <Chart of="by-day" column={2} kind="bar" label="Requests" />
        </div>
        <Figures
          id="by-day"
          head={['Day', 'Visitors', 'Requests', 'Requests a session']}
          rows={days.map((day) => [
            dayName(day.date),
            whole(day.visitors),
            whole(day.requests),
            mean(day.requestsPerSession),
          ])}
        />
      </Card>
      <div class="cards wide">
        <Card title="Most used routes">
          <Chart of="routes" column={1} kind="bars" label="Requests" rows={period.routes.length} />
          <Figures
            id="routes"
            head={['Route', 'Requests', 'Share']}
            rows={period.routes.map(({ route, requests }) => [
              route,
              whole(requests),
              share(requests, period.requests),
            ])}
          />
        </Card>
        <Card title="How long sessions live">
          <Chart
            of="durations"
            column={1}
            kind="bars"
            label="Sessions that lived at least"
            rows={period.durations.length}
          />
          <Figures
            id="durations"
            head={['At least', 'Sessions', 'Share']}
            rows={period.durations.map(({ atLeast, sessions }) => [
              duration(atLeast),
              whole(sessions),
              share(sessions, period.sessions),
            ])}
          />
        </Card>
        {period.funnels.map(({ name, steps }) => (
          <Card title={`Funnel: ${name}`} key={name}>
            <Chart
              of={`funnel-${name}`}
              column={1}
              kind="bars"
              label="Sessions that reached a step"
              rows={steps.length}
            />
            <Figures
              id={`funnel-${name}`}
              head={['Step', 'Sessions', 'Of the first step']}
              rows={steps.map(({ step, sessions }) => [
                step,
                whole(sessions),
                share(sessions, steps[0]?.sessions ?? 0),
              ])}
            />
          </Card>
        ))}
      </div>
    </>
  );
}
