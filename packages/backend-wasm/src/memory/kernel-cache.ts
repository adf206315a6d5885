/** The modules of all cached kernels of one kind take this many bytes; most take 10 KB. */
export const mostCachedBytes: number = 2 ** 25;

/** Values by key, at most `most` of them and of at most `mostBytes` together, but always one; those not used for longest go first. */
export class KernelCache<T> {
  readonly #limits: { readonly most: number; readonly mostBytes: number };
  readonly #bytesOf: (value: T) => number;
  readonly #drop: (value: T) => void;
  readonly #values = new Map<string, T>();

  /** @param bytesOf asked each time that a value is added, so that values may grow */
  constructor(
    limits: { readonly most: number; readonly mostBytes: number },
    bytesOf: (value: T) => number,
    drop: (value: T) => void,
  ) {
    this.#limits = limits;
    this.#bytesOf = bytesOf;
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
    let bytes = 0;
    for (const value of this.#values.values()) bytes += this.#bytesOf(value);
    for (const [oldest, value] of this.#values) {
      const fits = this.#values.size <= this.#limits.most && bytes <= this.#limits.mostBytes;
      if (fits || value === made) break;
      bytes -= this.#bytesOf(value);
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
