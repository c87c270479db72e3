/** Something that is under way, of which there may be several with the same key. */
export interface UnderWayItem {
  readonly key: string;
  /** The table's own: what stands behind it. */
  behind?: this;
}

/** A power of two; as many as there may be requests at a time on a busy server. */
const PLACES = 256;

/**
 * A table of what is in it for milliseconds only, thousands of times a second.
 *
 * A `Map` would do, but for one thing: what is deleted from it leaves a gap, and once half of it are gaps the engine goes on with a new
 * table. Where the old one was among long-lived objects, it stays there until the next collection of everything, and keeps alive all that was
 * in it at that moment, with all that they point to: here that was 2 KB a request (docs/request-path.md).
 */
export class UnderWay<Item extends UnderWayItem> {
  private readonly places = Array.from<Item | undefined>({ length: PLACES }).fill(undefined);

  /** The one of a key that came last. */
  latest(key: string): Item | undefined {
    let item = this.places[placeOf(key)];
    while (item !== undefined && item.key !== key) item = item.behind;
    return item;
  }

  add(item: Item): void {
    const place = placeOf(item.key);
    item.behind = this.places[place];
    this.places[place] = item;
  }

  /** Does nothing where it is not in the table. */
  remove(item: Item): void {
    const place = placeOf(item.key);
    const { behind } = item;
    let at = this.places[place];
    if (at === item) this.places[place] = behind;
    else {
      while (at !== undefined && at.behind !== item) at = at.behind;
      if (at === undefined) return;
      at.behind = behind;
    }
    item.behind = undefined;
  }

  forEach(work: (item: Item) => void): void {
    for (const first of this.places)
      for (let item = first; item !== undefined; item = item.behind) work(item);
  }

  /** Of one key. */
  forEachOf(key: string, work: (item: Item) => void): void {
    for (let item = this.places[placeOf(key)]; item !== undefined; item = item.behind)
      if (item.key === key) work(item);
  }
}

/** By what stands near the end, which is random in a session's name. The last character of one has two bits only. */
function placeOf(key: string): number {
  const { length } = key;
  return ((key.charCodeAt(length - 2) << 4) ^ key.charCodeAt(length - 3)) & (PLACES - 1);
}
