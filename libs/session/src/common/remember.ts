/**
 * Keeps in a table what costs time to work out again. Once it is full, all is forgotten at once: which of them would be used again is not
 * worth keeping account of.
 *
 * @param most entries; what somebody sent should be kept only where it is bounded in length, and right
 */
export function remember<Key, Value>(table: Map<Key, Value>, key: Key, value: Value, most: number): void {
  if (table.size >= most) table.clear();
  table.set(key, value);
}
