import type { Redis } from 'ioredis';

/** A command that was not sent: its node cannot be reached, or not yet. Asking again does no harm, whatever it was. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';
}

const underWay = new WeakMap<Redis, Promise<void>>();

/**
 * Resolves once a node of a Cluster is connected. ioredis connects at the first command for it. Of those that come before it is connected
 * it keeps the first, which nobody can take back, and fails all others, with the error of a command that was sent and lost.
 *
 * @throws NotSentError when that connection cannot be made
 */
export function readyNode(node: Redis): Promise<void> {
  if (node.status === 'ready') return Promise.resolve();
  let ready = underWay.get(node);
  if (ready === undefined) {
    ready = connect(node).finally(() => underWay.delete(node));
    underWay.set(node, ready);
  }
  return ready;
}

function connect(node: Redis): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      if (node.status !== 'ready' && node.status !== 'end') return;
      node.off('ready', settle);
      node.off('end', settle);
      if (node.status === 'ready') resolve();
      else reject(new NotSentError('A node of the Cluster cannot be connected to.'));
    };
    node.on('ready', settle);
    node.on('end', settle);
    settle();
    if (node.status === 'wait') node.connect().catch(() => undefined);
  });
}
