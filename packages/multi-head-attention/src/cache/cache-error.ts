/** A key-value cache was used after dispose, beyond its capacity, or with keys that do not continue what it holds. */
export class CacheError extends Error {
  override readonly name = "CacheError";
}
