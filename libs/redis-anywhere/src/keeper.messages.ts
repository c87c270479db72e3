/** How the keeper talks about one container with the engine: Node's options for an HTTP request, as JSON. */
export interface EngineRequest {
  socketPath?: string;
  protocol?: string;
  host?: string;
  port?: number | string;
  ca?: string;
  cert?: string;
  key?: string;
  /** `/containers/NAME` */
  path: string;
}

/** A port that nodes and clients are told, and where it leads. */
export interface Route {
  host: string;
  port: number;
  /** The port on which the node itself listens. */
  target: number;
  /** Name of the node that it leads to. */
  to: string;
  /** Names of the nodes by their source addresses. */
  sources: Readonly<Record<string, string>>;
}

/** What the keeper (bin/keeper.js) tells. */
export type KeeperMessage =
  | { event: 'ready'; folder: string }
  | { event: 'broken'; message: string }
  | { event: 'started'; name: string; pid: number }
  | { event: 'failed'; name: string; message: string }
  | { event: 'exited'; name: string; code: number | null; signal: string | null }
  | { event: 'container-ended'; answer: number; how: string }
  | { event: 'signalled'; answer: number; delivered: boolean }
  | { event: 'done'; answer: number; failure?: string };
