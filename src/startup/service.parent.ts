/** What a service tells the process that started it. */
export type ServiceReport =
  { type: 'ready'; port: number } | { type: 'failed'; reason: string; isPortTaken: boolean };

/** How a service hears from, and answers to, whoever started it: the application, by a channel, or somebody at a terminal. */
export interface ServiceParent {
  /** @param end called once, when the service is to end */
  onEnd(end: () => void | Promise<void>): void;
  ready(port: number): void;
  failed(failure: { reason: string; isPortTaken: boolean }): Promise<void>;
}

/**
 * Finds out who started this process.
 *
 * The channel to the application closes when that process ends, however it ends; so no service outlives it, not even one
 * whose application was killed.
 */
export function connectToParent(): ServiceParent {
  return process.send === undefined ? terminal() : application();
}

function application(): ServiceParent {
  const send = (report: ServiceReport): Promise<void> =>
    new Promise((resolve) => {
      // It may have gone already.
      if (process.connected) process.send?.(report, undefined, undefined, () => resolve());
      else resolve();
    });
  return {
    onEnd(end) {
      const once = onlyOnce(end);
      process.on('disconnect', once);
      process.on('SIGTERM', once);
      // A terminal sends these to both processes, and the application decides when this one ends.
      for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
    },
    ready: (port) => void send({ type: 'ready', port }),
    failed: (failure) => send({ type: 'failed', ...failure }),
  };
}

function terminal(): ServiceParent {
  return {
    onEnd(end) {
      const once = onlyOnce(end);
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, once);
    },
    ready: (port) => void process.stdout.write(`Ready: http://localhost:${port} (Ctrl-C ends it)\n`),
    failed: ({ reason }) => new Promise((resolve) => process.stderr.write(`${reason}\n`, () => resolve())),
  };
}

function onlyOnce(call: () => void | Promise<void>): () => void {
  let isCalled = false;
  return () => {
    if (isCalled) return;
    isCalled = true;
    void call();
  };
}
