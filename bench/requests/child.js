// A process that is asked things: the parent's side of server.js and load.js.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { fileURLToPath } from 'node:url';
import { VARIANTS } from './variants.js';

/** What an application says of itself, before it is asked anything, has this for its id. */
const STARTED = 0;

class Child {
  #next = STARTED + 1;
  #waiting = new Map();

  constructor(script, { args = [], env = {}, execArgv = [] } = {}) {
    this.name = [script, ...args].join(' ');
    this.process = fork(fileURLToPath(new URL(script, import.meta.url)), args, {
      env: { ...process.env, NODE_ENV: 'production', ...env },
      execArgv: ['--expose-gc', '--no-warnings', ...execArgv],
      // Libraries that warn (of cookies without TLS) do so in vain; what went wrong comes by message and on stderr.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // A session of its own, as Redis has one. Where Linux shares processors among sessions (sched_autogroup), several processes of one
      // session that are all busy keep a Redis in another from running for a second at a time.
      detached: true,
    });
    this.process.on('message', (message) => {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    });
  }

  ask(what, how = {}) {
    const id = this.#next++;
    const answered = this.answer(id, `"${what}"`);
    this.process.send({ id, ask: what, ...how });
    return answered;
  }

  /** The message with an id; an error if the process ends before. */
  answer(id, what) {
    return new Promise((resolve, reject) => {
      const died = (code) => reject(new Error(`${this.name} ended with ${code} before it answered ${what}.`));
      this.process.once('exit', died);
      this.#waiting.set(id, (message) => {
        this.process.off('exit', died);
        resolve(message);
      });
    });
  }

  async stop() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}

export class Load extends Child {
  constructor() {
    super('load.js');
  }
}

export class Application extends Child {
  /** @returns an application, or `undefined` if this library has no such option yet */
  static async start(key, redisUrl, { maxBytes, execArgv } = {}) {
    const env = { REDIS_URL: redisUrl, ...(maxBytes !== undefined && { MAX_BYTES: String(maxBytes) }) };
    const app = new Application('server.js', { args: [key], env, execArgv });
    app.key = key;
    const { port, isAbsent, problem } = await app.answer(STARTED, 'whether it listens');
    if (isAbsent) return undefined;
    if (problem !== undefined)
      throw new Error(`${VARIANTS[key].title} (${VARIANTS[key].adapter}): ${problem}`);
    app.port = port;
    return app;
  }

  /** One request. @returns its JSON, its cookie (the one that was sent, if none came), and the milliseconds that it took */
  request(method, path, { cookie, body } = {}) {
    const started = performance.now();
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const headers = { ...(cookie && { cookie }), ...(text && { 'content-type': 'application/json' }) };
      const sent = httpRequest({ host: '127.0.0.1', port: this.port, method, path, headers }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          const took = performance.now() - started;
          const answer = Buffer.concat(chunks).toString();
          if (response.statusCode !== 200 && response.statusCode !== 201)
            return reject(new Error(`${this.key} ${method} ${path}: ${response.statusCode} ${answer}`));
          const [line] = response.headers['set-cookie'] ?? [];
          resolve({ json: JSON.parse(answer), cookie: line?.split(';', 1)[0] ?? cookie, took });
        });
      });
      sent.on('error', reject);
      sent.end(text);
    });
  }

  /** Starts sessions with data of so many bytes. @returns their cookies */
  async begin(count, bytes, { width = 8 } = {}) {
    const cookies = [];
    const work = async () => {
      while (cookies.length < count) {
        const place = cookies.push(undefined) - 1;
        ({ cookie: cookies[place] } = await this.request('POST', '/begin', { body: { bytes } }));
      }
    };
    await Promise.all(Array.from({ length: width }, work));
    return cookies;
  }
}
