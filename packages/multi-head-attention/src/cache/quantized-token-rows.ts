import { expandDims, quantizedTensor, quantizeRows, squeeze, type QuantizedTensor, type Tensor } from "@fovea/tensor";
import { type Allocate, TokenRows } from "./token-rows.ts";

/** `TokenRows` of int8 with a scale per vector: two of them, one for the scales. What is appended is rounded, see `quantizeRows`. */
export class QuantizedTokenRows {
  readonly #multiples: TokenRows;
  readonly #scales: TokenRows;

  /** @param like `[batch, heads, …, dim]` */
  constructor(like: readonly number[], room: number, allocate: Allocate) {
    this.#multiples = new TokenRows(like, "int8", room, allocate);
    try {
      this.#scales = new TokenRows(like.with(3, 1), "float32", room, allocate);
    } catch (error) {
      this.#multiples.wipe();
      throw error;
    }
  }

  get length(): number {
    return this.#multiples.length;
  }

  get shape(): readonly number[] {
    return this.#multiples.shape;
  }

  get view(): QuantizedTensor {
    return quantizedTensor(this.#multiples.view, squeeze(this.#scales.view, 3));
  }

  append(fresh: Tensor): void {
    const rounded = quantizeRows(fresh);
    this.#multiples.append(rounded);
    this.#scales.append(expandDims(rounded.scales, 3));
  }

  drop(kept: number, count: number): void {
    this.#both((rows) => rows.drop(kept, count));
  }

  truncate(length: number): void {
    this.#both((rows) => rows.truncate(length));
  }

  reorder(order: readonly number[]): void {
    this.#both((rows) => rows.reorder(order));
  }

  reserve(tokens: number): void {
    this.#both((rows) => rows.reserve(tokens));
  }

  wipe(): void {
    this.#both((rows) => rows.wipe());
  }

  #both(change: (rows: TokenRows) => void): void {
    change(this.#multiples);
    change(this.#scales);
  }
}
