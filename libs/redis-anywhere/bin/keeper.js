// The keeper: a small process between the program that asked for Redis and Redis itself. It spawns the server, and when the
// channel to that program closes, for whatever reason (SIGKILL included), it ends the server and removes the temporary folder.
// It leads its own process group, so that Ctrl-C in a terminal reaches the program only, which then stops things in order.
// Started by src/process.keeper.ts. argv: folder in which to make the temporary folder. Talks JSON over Node's IPC channel.
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { openRoute, setCuts } from './network.js';

/** How long a server may take to shut down before it is killed, ms. */
const GRACE = 2_000;

const children = new Map();
const leftovers = [];
let container;
let ending = false;

const tell = (message) => process.connected && process.send(message, () => {});

const does = {
  start({ name, command, args, env, cwd, log }) {
    if (ending) return; // nobody would end it
    const output = openSync(log, 'a');
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', output, output], windowsHide: true });
    closeSync(output);
    child.once('error', (error) => tell({ event: 'failed', name, message: error.message }));
    child.once('spawn', () => {
      children.set(name, child);
      tell({ event: 'started', name, pid: child.pid });
    });
    child.once('exit', (code, signal) => {
      children.delete(name);
      tell({ event: 'exited', name, code, signal });
      if (ending && children.size === 0) finish();
    });
  },
  signal({ name, signal, answer }) {
    tell({ event: 'signalled', answer, delivered: children.get(name)?.kill(signal) ?? false });
  },
  // Something of ours outside the temporary folder: a lock file.
  removeAtEnd({ path }) {
    leftovers.push(path);
  },
  // A port that leads to one of the servers.
  route({ answer, route }) {
    openRoute(route).then(
      () => tell({ event: 'done', answer }),
      (error) => tell({ event: 'done', answer, failure: error.message }),
    );
  },
  cut({ answer, pairs }) {
    setCuts(pairs);
    tell({ event: 'done', answer });
  },
  // A container to remove should the program die: options for an HTTP request to its engine.
  guard({ request }) {
    container = request;
  },
  // Tells when the guarded container ends.
  watch({ answer: number }) {
    askEngine('POST', '/wait', (answer) => {
      const code = /"StatusCode":\s*(\d+)/.exec(answer)?.[1];
      tell({
        event: 'container-ended',
        answer: number,
        how: code === undefined ? 'its engine is gone' : `exit code ${code}`,
      });
    });
  },
  end,
};

function end() {
  if (ending) return;
  ending = true;
  for (const child of children.values()) {
    child.kill('SIGTERM');
    child.kill('SIGCONT'); // a paused server would never see the SIGTERM
  }
  setTimeout(() => {
    for (const child of children.values()) child.kill('SIGKILL');
  }, GRACE).unref();
  if (children.size === 0) finish();
}

/** Sends a request about the guarded container. The answer is '' if none comes. */
function askEngine(method, path, onAnswer) {
  let answer = '';
  const { request } = container.protocol === 'https:' ? https : http;
  request({ ...container, method, path: container.path + path }, (response) => {
    response.setEncoding('utf8').on('data', (text) => (answer += text));
    response.on('close', () => onAnswer(answer));
  })
    .on('error', () => onAnswer(answer))
    .end();
}

function finish() {
  for (const path of [folder, ...leftovers]) {
    try {
      rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    } catch {
      // Nobody is left to be told, and the next paths still have to go.
    }
  }
  // With a channel, the program is there and removes its container itself.
  if (container && !process.connected) askEngine('DELETE', '?force=true&v=true', () => process.exit());
  else process.exit();
}

process.on('message', (message) => does[message.do](message));
process.on('disconnect', end);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, end);

let folder;
try {
  folder = mkdtempSync(join(process.argv[2], 'redis-anywhere-'));
  tell({ event: 'ready', folder });
} catch (error) {
  process.send({ event: 'broken', message: error.message }, () => process.exit());
}
// The program may have died before the listener above was there.
if (!process.connected) end();
