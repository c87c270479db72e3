// The network between the nodes of a Sentinel or Cluster that can be partitioned: every port that nodes tell each other leads
// through here, and who connects is told by its source address. A cut connection stays open and silent, as when packets are lost,
// and goes on when the cut ends; a new one is taken and stays silent. Part of the keeper process, so that a program that stands
// still does not hold up the nodes.
import { connect, createServer } from 'node:net';

const links = new Set();
/** Pairs `a b`, in alphabetical order, that cannot reach each other. */
let cuts = new Set();

/**
 * Listens on `port` and leads to `target`, a port of the node `to`. `sources` names who connects by source address; whoever is not
 * in it is a client.
 */
export function openRoute({ host, port, target, to, sources }) {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
      links.add(new Link(near, { pair: pairOf(sources[near.remoteAddress] ?? 'client', to), host, target }));
    });
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => resolve());
  });
}

/** From now on these pairs of names are cut, and no others. */
export function setCuts(pairs) {
  cuts = new Set(pairs.map(([a, b]) => pairOf(a, b)));
  for (const link of links) link.look();
}

const pairOf = (a, b) => (a < b ? `${a} ${b}` : `${b} ${a}`);

/** One connection: the socket that came in, and the one to the node, opened as soon as nothing cuts it. */
class Link {
  far;
  flows = false;

  constructor(near, way) {
    this.near = near;
    this.way = way;
    this.watch(near);
    this.look();
  }

  look() {
    const isCut = cuts.has(this.way.pair);
    if (isCut === !this.flows) return;
    this.flows = !isCut;
    const { near, way } = this;
    if (isCut) {
      near.unpipe(this.far).pause();
      this.far.unpipe(near).pause();
      return;
    }
    if (!this.far) {
      this.far = connect({ host: way.host, port: way.target, allowHalfOpen: true, noDelay: true });
      near.setNoDelay(true);
      this.watch(this.far);
    }
    near.pipe(this.far);
    this.far.pipe(near);
    if (near.destroyed || this.far.destroyed) this.end();
  }

  /** What one end does, the other must learn; but not through a cut. */
  watch(socket) {
    socket.on('error', () => {});
    socket.on('close', () => this.flows && this.end());
  }

  end() {
    links.delete(this);
    this.near.destroySoon();
    this.far?.destroySoon();
  }
}
