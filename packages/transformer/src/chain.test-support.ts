import { tensor, type Tensor } from "@fovea/tensor";
import type { TokenSession } from "./token-session.ts";

/** A model small enough to enumerate: how likely a token is depends on all tokens before it, through a table the test writes down. */
export class ChainSession implements TokenSession {
  readonly #next: (sequence: readonly number[]) => readonly number[];
  #sequences: readonly (readonly number[])[] = [[]];

  /** @param next probabilities of the token that follows a sequence */
  constructor(next: (sequence: readonly number[]) => readonly number[]) {
    this.#next = next;
  }

  get sequences(): readonly (readonly number[])[] {
    return this.#sequences;
  }

  feed(ids: readonly (readonly number[])[]): Tensor {
    if (ids.length !== this.#sequences.length) throw new Error("another number of sequences");
    this.#sequences = this.#sequences.map((sequence, i) => [...sequence, ...ids[i]]);
    return tensor(
      this.#sequences.map((sequence) => this.#next(sequence).map(Math.log)),
      { dtype: "float64" },
    );
  }

  reorder(order: readonly number[]): void {
    this.#sequences = order.map((from) => this.#sequences[from]);
  }
}
