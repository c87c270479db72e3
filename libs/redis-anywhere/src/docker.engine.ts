import { createRequire } from 'node:module';
import { constants } from 'node:os';
import type { ContainerRuntimeClient } from 'testcontainers';
import type { EngineRequest } from './keeper.messages.js';
import { reasonOf } from './redis-anywhere.error.js';
import { WayUnavailable } from './way-unavailable.error.js';

/** How long an engine may take to answer, ms: one that is starting is slow, one behind a dead DOCKER_HOST never answers. */
const DETECTION_TIMEOUT = 10_000;

/** What a container can be told; the part of dockerode's Container used here. */
export type Container = ReturnType<ContainerRuntimeClient['container']['getById']>;
export type ContainerSpecification = Parameters<ContainerRuntimeClient['container']['create']>[0];

export interface DockerEngine {
  /** For people: `Docker 28.0.1`. */
  version: string;
  /** Host under which published ports are reached; `127.0.0.1` for an engine on this machine. */
  host: string;
  /** Downloads the image unless it is there. Throws {@link WayUnavailable}. */
  provideImage(image: string, onProgress: (line: string) => void): Promise<void>;
  create(specification: ContainerSpecification): Promise<Container>;
  container(name: string): Container;
  /** Where the keeper sends its requests about this container. */
  requestFor(name: string): EngineRequest;
}

/**
 * The container engine, as testcontainers finds it (DOCKER_HOST, Docker contexts' sockets, rootless, Podman). Its being there
 * is proven by an answer; a `docker` command proves nothing. Throws {@link WayUnavailable}.
 */
export async function findDockerEngine(): Promise<DockerEngine> {
  const testcontainers = loadTestcontainers();
  const client = await inTime(testcontainers.getContainerRuntimeClient()).catch((error: unknown) => {
    throw new WayUnavailable(`no container engine answers: ${reasonOf(error)}`);
  });
  const { serverVersion, host } = client.info.containerRuntime;
  return {
    version: `Docker ${serverVersion}`,
    // By number: localhost may mean ::1 first, where nothing is published.
    host: host === 'localhost' ? '127.0.0.1' : host,
    async provideImage(image, onProgress) {
      const name = testcontainers.ImageName.fromString(image);
      if (await client.image.exists(name)) return;
      onProgress(`pulling the image ${image} (once)`);
      await client.image.pull(name).catch((error: unknown) => {
        throw new WayUnavailable(`the image ${image} cannot be pulled: ${reasonOf(error)}`);
      });
    },
    // Through dockerode, because testcontainers logs what it rethrows.
    create: (specification) => client.container.dockerode.createContainer(specification),
    container: (name) => client.container.getById(name),
    requestFor: (name) => engineRequest(client.container.dockerode.modem as Modem, name),
  };
}

/**
 * Loads testcontainers and removes the signal listeners that come with it. They are there to drop lock files, which are not
 * used here, and they end a program in the middle of its own `process.once('SIGTERM', ...)`. By require, not import: nothing
 * else runs meanwhile, so every listener that is new afterwards is theirs.
 */
function loadTestcontainers(): typeof import('testcontainers') {
  const signals = Object.keys(constants.signals) as NodeJS.Signals[];
  const before = new Set(signals.flatMap((signal) => process.listeners(signal)));
  try {
    return createRequire(import.meta.url)('testcontainers') as typeof import('testcontainers');
  } catch (error) {
    const absent = /Cannot find (module|package) 'testcontainers'/.test(reasonOf(error));
    const reason = absent ? 'the npm package testcontainers is not installed' : reasonOf(error);
    throw new WayUnavailable(`testcontainers cannot be loaded: ${reason}`);
  } finally {
    for (const signal of signals) {
      for (const listener of process.listeners(signal)) {
        if (!before.has(listener)) process.removeListener(signal, listener);
      }
    }
  }
}

/** The last lines a container printed. */
export async function lastWords(container: Container): Promise<string> {
  const log = await container.logs({ stdout: true, stderr: true, tail: 12 });
  // Each piece comes after eight bytes, of which the last four are its length.
  const pieces: string[] = [];
  for (let at = 0; at + 8 <= log.length;) {
    const end = at + 8 + log.readUInt32BE(at + 4);
    pieces.push(log.toString('utf8', at + 8, end));
    at = end;
  }
  return pieces.join('').trim();
}

/** The connection settings of dockerode, which its types leave open. */
interface Modem {
  socketPath?: string;
  protocol?: string;
  host?: string;
  port?: number | string;
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
}

function engineRequest(
  { socketPath, protocol, host, port, ca, cert, key }: Modem,
  name: string,
): EngineRequest {
  const path = `/containers/${name}`;
  if (socketPath) return { socketPath, path };
  return {
    protocol: `${protocol ?? 'http'}:`,
    host,
    port,
    path,
    ca: ca?.toString(),
    cert: cert?.toString(),
    key: key?.toString(),
  };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${DETECTION_TIMEOUT} ms`)),
      DETECTION_TIMEOUT,
    );
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
