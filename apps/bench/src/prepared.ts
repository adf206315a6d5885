/** Something that does one piece of work again and again. */
export interface Prepared {
  /** Does the work once. @returns milliseconds, where not the whole run is to be timed */
  run(): number | void | Promise<number | void>;
  /** Some numbers of the last output, picked by `pickOutput`: contenders with the same work must agree on them. */
  check?(): readonly number[] | Promise<readonly number[]>;
  /** Figures that are no times, by name; asked for after the last run. */
  figures?(): Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>;
}

/** A few numbers spread over an output, `[batch, heads, queries, headDim]` in row-major order. */
export function pickOutput(output: ArrayLike<number>): number[] {
  return Array.from({ length: 16 }, (_, index) => output[Math.floor((output.length - 1) * (index / 15))]);
}
