import { Card, Instant, Notice } from '../pages/parts.js';
import { type Device, placeOf } from './device.view.js';

export interface DevicesPageProps {
  devices: readonly Device[];
  /** What was ended just now. */
  ended?: 'one' | 'others';
}

export function DevicesPage({ devices, ended }: DevicesPageProps) {
  const others = devices.filter(({ isCurrent }) => !isCurrent).length;
  return (
    <>
      {ended === 'one' && <Notice kind="good">You are logged out on that device.</Notice>}
      {ended === 'others' && <Notice kind="good">You are logged out on all other devices.</Notice>}
      <Card title="Where you are logged in" level={1}>
        <p>
          {others === 0
            ? 'You are logged in on this device alone.'
            : `Besides this one you are logged in on ${others} ${others === 1 ? 'device' : 'devices'}. Log out where you do not know the device, and then change your password.`}
        </p>
        <div class="row">
          {others > 0 && (
            <form method="post" action="/devices/end-others">
              <button class="danger">Log out on all other devices</button>
            </form>
          )}
          <a class="button quiet" href="/account/password">
            Change password
          </a>
        </div>
      </Card>
      <ul class="cards devices">
        {devices.map((device) => (
          <DeviceCard key={device.handle} device={device} />
        ))}
      </ul>
      <p class="soft">
        The device is what the browser said of itself, the place the network from which the password was
        given. More is not kept. The last activity is noted every few minutes.
      </p>
    </>
  );
}

function DeviceCard({ device }: { device: Device }) {
  const { handle, isCurrent, remembered, authenticatedAt, lastActiveAt } = device;
  const name = device.device ?? 'unknown device';
  return (
    <li class="card">
      <h2>{name}</h2>
      {(isCurrent || remembered) && (
        <p class="row">
          {isCurrent && <span class="badge good">this device</span>}
          {remembered && <span class="badge">remembered</span>}
        </p>
      )}
      <dl>
        <dt>Place</dt>
        <dd>{placeOf(device)}</dd>
        <dt>Logged in</dt>
        <dd>
          <Instant at={authenticatedAt} />
        </dd>
        <dt>Last active</dt>
        <dd>{isCurrent ? 'now' : <Instant at={lastActiveAt} />}</dd>
      </dl>
      {!isCurrent && (
        <form method="post" action={`/devices/${handle}/end`}>
          <button class="danger quiet" aria-label={`Log out on this device: ${name}, ${placeOf(device)}`}>
            Log out on this device
          </button>
        </form>
      )}
    </li>
  );
}
