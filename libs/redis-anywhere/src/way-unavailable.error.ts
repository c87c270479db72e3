/** A way cannot be had on this machine; the message is the reason, a phrase. The next way is tried. Not for users. */
export class WayUnavailable extends Error {
  override readonly name = 'WayUnavailable';
}
