// One application under test with a Redis of its own, and the browser's side of it.
import { fork } from 'node:child_process';
import { Agent, request as httpRequest } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { startRedis } from 'redis-anywhere';

const SERVER = fileURLToPath(new URL('server.js', import.meta.url));

/** No answer within the browser's patience, and a connection that broke. */
const NO_ANSWER = 'no answer';
const BROKEN = 'broken';

export class System {
  static async start(kind) {
    const system = new System();
    system.kind = kind;
    system.crashes = 0;
    system.redis = await startRedis({
      onProgress: () => undefined,
      env: { ...process.env, REDIS_URL: undefined },
    });
    system.client = new Redis(system.redis.url);
    system.client.on('error', () => undefined);
    await system.launch();
    return system;
  }

  /** Starts the application, again if it has died. */
  async launch() {
    this.child = fork(SERVER, [this.kind], {
      env: { ...process.env, REDIS_URL: this.redis.url },
      execArgv: [...process.execArgv, '--expose-gc', '--no-warnings'],
      // What it says of its own failures is not looked at; that it dies is.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.child.once('exit', () => (this.crashes += this.isStopping ? 0 : 1));
    ({ port: this.port } = await this.message('its port'));
    this.connect();
  }

  /** The next message of the application; an error if it ends before. */
  message(what) {
    const { child, kind } = this;
    return new Promise((resolve, reject) => {
      const died = (code, signal) =>
        reject(new Error(`The application "${kind}" ended with ${code ?? signal} before it told ${what}.`));
      child.once('exit', died);
      child.once('message', (message) => {
        child.off('exit', died);
        resolve(message);
      });
    });
  }

  /** New connections: what the old ones cost in memory does not count. */
  connect() {
    this.agent?.destroy();
    this.agent = new Agent({ keepAlive: true });
  }

  get isAlive() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async heap() {
    const told = this.message('its heap');
    this.child.send('heap');
    return (await told).heap;
  }

  /** `status` is a number, {@link NO_ANSWER} or {@link BROKEN}; `cookie` is the one that came, else the one that was sent. */
  ask(path, { cookie, patience = 60_000 } = {}) {
    const started = performance.now();
    return new Promise((resolve) => {
      const end = (status, more = {}) =>
        resolve({
          status,
          cookie,
          isOk: status >= 200 && status < 300,
          took: performance.now() - started,
          ...more,
        });
      const request = httpRequest({
        host: '127.0.0.1',
        port: this.port,
        path,
        method: path.startsWith('/data') || path.startsWith('/arrived') ? 'GET' : 'POST',
        headers: cookie === undefined ? {} : { cookie },
        agent: this.agent,
      });
      const timer = setTimeout(() => {
        end(NO_ANSWER);
        request.destroy();
      }, patience);
      request.on('error', () => {
        clearTimeout(timer);
        end(BROKEN);
      });
      request.on('response', (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', () => end(BROKEN));
        response.on('close', () => {
          clearTimeout(timer);
          if (!response.complete) return end(BROKEN);
          const [set] = response.headers['set-cookie'] ?? [];
          end(response.statusCode, {
            cookie: set === undefined ? cookie : set.split(';', 1)[0],
            json: parse(Buffer.concat(chunks).toString()),
          });
        });
      });
      request.end();
    });
  }

  /** A browser that is logged in, with one field in its session. */
  async loggedIn() {
    const { cookie } = await this.ask('/login');
    await this.ask('/set?key=first&value=1', { cookie });
    return cookie;
  }

  async stop() {
    this.isStopping = true;
    this.agent.destroy();
    this.child.kill('SIGKILL');
    this.client.disconnect();
    await this.redis.stop();
  }
}

/** The Redis key of a cookie's session. */
export function keyOf(cookie) {
  const value = decodeURIComponent(cookie.slice(cookie.indexOf('=') + 1));
  const sid = value.slice(2, value.lastIndexOf('.'));
  return `sess:${sid.split('.')[0]}`;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
