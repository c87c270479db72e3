/** The ways to a Redis, in the order in which they are tried. */
export const REDIS_WAYS = ['url', 'path', 'docker', 'debian-package'] as const;

export type RedisWay = (typeof REDIS_WAYS)[number];

export interface StartRedisOptions {
  /**
   * Take this way and no other; if it fails, that is an error and no other way is tried.
   *
   * @default the environment variable `REDIS_VIA`, else every way in order
   */
  via?: RedisWay;

  /**
   * Port on 127.0.0.1. A given port that is taken is an error. Ignored for `url`.
   *
   * @default a free one below 32768 (above, systems hand out ports for outgoing connections)
   */
  port?: number;

  /**
   * Folder for the data, made if missing and kept on `stop()`. What is written there follows `args`, for example
   * `['--appendonly', 'yes']`; with nothing said, nothing is. One Redis at a time works in it. Ignored for `url`.
   *
   * @default a temporary folder, deleted on `stop()`
   */
  dir?: string;

  /**
   * Password that the server asks for (`requirepass`); `url` carries it. Other local users can see it in the process list.
   * Ignored for `url`.
   *
   * @default none
   */
  password?: string;

  /**
   * Further arguments for redis-server, after (so stronger than) `--save '' --appendonly no`. `--port`, `--bind`, `--dir` and
   * `--daemonize` are refused, because they are this package's business. Ignored for `url`.
   *
   * @example ['--appendonly', 'yes', '--appendfsync', 'always']
   * @default []
   */
  args?: readonly string[];

  /**
   * How long a server may take to answer after it was started, ms. Downloads are not counted.
   *
   * @default 30000
   */
  startTimeout?: number;

  /**
   * Image for Docker.
   *
   * @default 'redis:8-alpine'
   */
  image?: string;

  /**
   * Environment to read `REDIS_URL`, `REDIS_VIA`, `PATH`, `HOME`, `XDG_CACHE_HOME` and proxy settings from. Docker settings
   * (`DOCKER_HOST`, `TESTCONTAINERS_*`) are read by testcontainers from the process itself.
   *
   * @default process.env
   */
  env?: Readonly<Record<string, string | undefined>>;

  /**
   * Called with one line at a time: what is being downloaded, which way was chosen.
   *
   * @default prints to stderr
   */
  onProgress?: (line: string) => void;

  /**
   * Called once with a sentence when the server ends although nobody asked for it through `kill`, `restart` or `stop`.
   * Never called for `url`.
   *
   * @default nothing happens
   */
  onUnexpectedExit?: (reason: string) => void;
}

/** A running Redis. Unless it came through `url` it dies with this process, even when that is killed by SIGKILL. */
export interface RedisServer {
  /** For every client library, for example `redis://:password@127.0.0.1:21034`; for `url`, `REDIS_URL` as it was given. */
  readonly url: string;
  readonly via: RedisWay;
  /** A sentence that says which Redis was chosen, with its version. Holds no password. */
  readonly description: string;

  /** Ends the server at once (SIGKILL, `docker kill`) and resolves when it is gone. Does nothing if it is already dead. */
  kill(): Promise<void>;
  /** Freezes the server (SIGSTOP, `docker pause`): connections stay open and nothing answers. */
  pause(): Promise<void>;
  /** Ends a `pause()`. Does nothing if there was none. */
  resume(): Promise<void>;
  /** Starts the server again on the same port and in the same folder, after a clean shutdown if it still runs. */
  restart(): Promise<void>;
  /** Shuts the server down in order and deletes its temporary folder. Further calls do nothing. For `url` does nothing. */
  stop(): Promise<void>;
}

/** Options after defaults, as the ways get them. */
export interface StartSettings extends Omit<StartRedisOptions, 'via'> {
  args: readonly string[];
  startTimeout: number;
  image: string;
  env: Readonly<Record<string, string | undefined>>;
  onProgress: (line: string) => void;
}
