// Stands between an application and Redis, counts what goes by, and holds every reply back for a time. An answer that took three times
// that long has waited for three round trips, whatever client, pipeline or background work there is.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Asked beside requests: to see whether the connection lives, to set it up. Lower case. */
const ASIDE = new Set(['ping', 'hello', 'client', 'info', 'select', 'auth', 'subscribe', 'script']);

export class SlowProxy {
  static async start(redisUrl, delay) {
    const proxy = new SlowProxy();
    proxy.delay = delay;
    proxy.commands = 0;
    /** Held back so far. */
    proxy.replies = 0;
    proxy.sockets = new Set();
    const { hostname, port } = new URL(redisUrl);
    proxy.server = createServer((near) => proxy.join(near, connect(Number(port), hostname)));
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    proxy.url = `redis://127.0.0.1:${proxy.server.address().port}`;
    return proxy;
  }

  join(near, far) {
    const reader = new CommandReader((name) => {
      if (!ASIDE.has(name)) this.commands++;
    });
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        (socket === near ? far : near).destroy();
      });
    }
    near.on('data', (chunk) => {
      reader.take(chunk);
      far.write(chunk);
    });
    far.on('data', (chunk) => {
      this.replies++;
      setTimeout(() => near.write(chunk), this.delay);
    });
  }

  stop() {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

/** Finds the commands in what a client sends: `*<count>\r\n` and so many `$<length>\r\n<bytes>\r\n`, the first of which is the name. */
class CommandReader {
  #rest = Buffer.alloc(0);
  /** Arguments of the present command that are still to come. */
  #left = 0;
  #isName = false;

  constructor(onCommand) {
    this.onCommand = onCommand;
  }

  take(chunk) {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const end = this.#rest.indexOf('\r\n');
      if (end < 0) return;
      const number = Number(this.#rest.toString('latin1', 1, end));
      if (this.#left === 0) {
        this.#left = number;
        this.#isName = true;
        this.#rest = this.#rest.subarray(end + 2);
        continue;
      }
      const begin = end + 2;
      if (this.#rest.length < begin + number + 2) return;
      if (this.#isName) this.onCommand(this.#rest.toString('latin1', begin, begin + number).toLowerCase());
      this.#isName = false;
      this.#left--;
      this.#rest = this.#rest.subarray(begin + number + 2);
    }
  }
}
