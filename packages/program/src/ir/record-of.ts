/** A record with one entry for each key, typed by its keys as `Object.fromEntries` is not. */
export function recordOf<Key extends string, T>(keys: readonly Key[], make: (key: Key) => T): Record<Key, T> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<Key, T>;
}
