import { handleOf, type ListedSession } from 'nestjs-redis-session';
import type { Request } from 'express';

/** A session of a user as `GET /devices` tells it. Instants are milliseconds since 1970. */
export interface Device extends ListedSession {
  /** Whether it is the one that asks. */
  isCurrent: boolean;
}

/** The same for programs, with instants in ISO 8601. */
export interface DeviceAnswer extends Omit<Device, Instants> {
  createdAt: string;
  lastActiveAt: string;
  expiresAt: string;
  authenticatedAt: string;
}

type Instants = 'createdAt' | 'lastActiveAt' | 'expiresAt' | 'authenticatedAt';

/** The sessions of a user, the one that asks first. */
export function devicesOf(sessions: readonly ListedSession[], { session }: Request): Device[] {
  const own = handleOf(session);
  return sessions
    .map((listed) => ({ ...listed, isCurrent: listed.handle === own }))
    .toSorted((one, other) => Number(other.isCurrent) - Number(one.isCurrent));
}

export function deviceAnswer(device: Device): DeviceAnswer {
  const iso = (at: number): string => new Date(at).toISOString();
  return {
    ...device,
    createdAt: iso(device.createdAt),
    lastActiveAt: iso(device.lastActiveAt),
    expiresAt: iso(device.expiresAt),
    authenticatedAt: iso(device.authenticatedAt),
  };
}

/** Where a device is, as far as that is known: only the network, because that is all that is kept. */
export function placeOf({ network }: Pick<Device, 'network'>): string {
  if (network === 'loopback') return 'this computer (loopback)';
  return network === undefined ? 'unknown' : `network ${network}`;
}
