import { debianPrivateCopy } from './debian.package.js';
import { findServerOnPath, type ServerBinary } from './server.binary.js';
import type { StartSettings } from './start-redis.options.js';
import { WayUnavailable } from './way-unavailable.error.js';

/** The ways to a server that runs as a process of this machine, in the order in which they are tried. */
export const LOCAL_WAYS = ['path', 'debian-package'] as const;
export type LocalWay = (typeof LOCAL_WAYS)[number];

export interface LocalBinary {
  binary: ServerBinary;
  via: LocalWay;
  /** Where the binary comes from, for people: `/usr/bin/redis-server found on PATH`. */
  origin: string;
}

/** The binary that a way leads to. Throws {@link WayUnavailable}. */
export async function findLocalBinary(
  via: LocalWay,
  settings: Pick<StartSettings, 'env' | 'onProgress'>,
): Promise<LocalBinary> {
  if (via === 'path') {
    const binary = await findServerOnPath(settings.env);
    if ('missing' in binary) throw new WayUnavailable(binary.missing);
    return { binary, via, origin: `${binary.command} found on PATH` };
  }
  const binary = await debianPrivateCopy(settings);
  return { binary, via, origin: `a private copy of the distribution's package in ${binary.folder}` };
}
