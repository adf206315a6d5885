/** At most `most` values by key; the one not used for longest goes first. */
export class KernelCache<T> {
  readonly #most: number;
  readonly #drop: (value: T) => void;
  readonly #values = new Map<string, T>();

  constructor(most: number, drop: (value: T) => void) {
    this.#most = most;
    this.#drop = drop;
  }

  get size(): number {
    return this.#values.size;
  }

  /** The value for `key`, made by `make` when there is none. */
  get(key: string, make: () => T): T {
    const found = this.#values.get(key);
    if (found !== undefined) {
      this.#values.delete(key);
      this.#values.set(key, found);
      return found;
    }
    const made = make();
    this.#values.set(key, made);
    if (this.#values.size > this.#most) {
      const [oldest, value] = this.#values.entries().next().value as [string, T];
      this.#values.delete(oldest);
      this.#drop(value);
    }
    return made;
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  clear(): void {
    for (const value of this.#values.values()) this.#drop(value);
    this.#values.clear();
  }
}
