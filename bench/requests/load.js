// Makes requests with autocannon, a process of its own. Asked to `begin`, it answers once the application is warm; asked to
// `open`, it notes how long answers take, until it is asked to `close`.
import autocannon from 'autocannon';

let running;

const ANSWERS = {
  /**
   * Each connection has sessions of its own, so that no two requests of one session are under way at a time, and asks for everything
   * in `asks` with one of them before it goes on to the next. `null` among the cookies is a request without one.
   */
  async begin({ port, asks, cookies, connections, warm }) {
    let client = 0;
    const share = Math.max(1, Math.floor(cookies.length / connections));
    const requestsOf = (number) => {
      const own = Array.from(
        { length: share },
        (_, index) => cookies[(number * share + index) % cookies.length],
      );
      return own.flatMap((cookie) =>
        asks.map((ask) => ({ ...ask, ...(cookie !== null && { headers: { cookie } }) })),
      );
    };
    const took = [];
    const state = { took, isOpen: false, count: 0 };
    const warmed = new Promise((resolve) => (state.resolve = resolve));
    state.instance = autocannon(
      {
        url: `http://127.0.0.1:${port}`,
        connections,
        // Ended by `close`.
        duration: 3600,
        // It looks that often whether it is to stop.
        sampleInt: 50,
        setupClient: (each) => each.setRequests(requestsOf(client++)),
      },
      (error, result) => state.ended(error ?? result),
    );
    state.done = new Promise((resolve) => (state.ended = resolve));
    // autocannon's own histogram counts whole milliseconds.
    state.instance.on('response', (_client, _status, _bytes, time) => {
      if (state.isOpen) took.push(time);
      if (++state.count === warm) state.resolve();
    });
    running = state;
    await warmed;
    return {};
  },
  open() {
    running.isOpen = true;
    return {};
  },
  async close() {
    running.isOpen = false;
    running.instance.stop();
    const result = await running.done;
    if (result instanceof Error) return { problem: String(result) };
    const { errors, timeouts, non2xx } = result;
    const sorted = Float64Array.from(running.took).toSorted();
    const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
    const failed = errors + timeouts + non2xx;
    const statuses = Object.entries(result.statusCodeStats ?? {}).map(
      ([status, { count }]) => `${count} times ${status}`,
    );
    const problem = `${failed} failed requests: ${errors} errors, ${timeouts} of them timeouts; ${statuses.join(', ')}`;
    return {
      count: sorted.length,
      p50: at(0.5),
      p99: at(0.99),
      ...(failed > 0 && { problem }),
    };
  },
};

process.on('disconnect', () => process.exit());
const answer = async ({ id, ask, ...how }) => process.send({ id, ...(await ANSWERS[ask](how)) });
// One that throws ends the process, and its parent says so.
process.on('message', (message) => void answer(message));
