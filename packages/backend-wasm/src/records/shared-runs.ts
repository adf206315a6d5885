import type { Heap } from "../memory/heap.ts";
import type { Borrowed } from "../memory/borrowed.ts";
import { mergeKeys } from "./merge-runs.ts";
import { readRuns, runBytes, type RunList, type TilePlan, writeRuns } from "./run-lists.ts";

/** What a task of one or several blocks of rows sees. */
export interface SharedRun {
  /** The keys that any of its rows sees. */
  readonly runs: RunList;
  /** Visible pairs, those of partial blocks counted whole. */
  readonly pairs: number;
}

/** Keys in all runs of a list. */
export const keysOf = (words: Int32Array, runs: RunList): number =>
  readRuns(words, runs).reduce((keys, { first, end }) => keys + end - first, 0);

/** The keys that tasks see, written once for all heads that share a layer. */
export class SharedRuns {
  readonly #heap: Heap;
  readonly #borrowed: Borrowed;
  readonly #tiles: TilePlan;
  readonly #known = new Map<string, SharedRun>();

  constructor(heap: Heap, borrowed: Borrowed, tiles: TilePlan) {
    this.#heap = heap;
    this.#borrowed = borrowed;
    this.#tiles = tiles;
  }

  of(batch: number, head: number, first: number, end: number): SharedRun {
    const { queryBlock, runs, startAt } = this.#tiles;
    const row = Math.floor(first / queryBlock);
    const name = `${startAt(batch, head, row)} ${first - row * queryBlock} ${end - first}`;
    const known = this.#known.get(name);
    if (known) return known;
    const blocks: { readonly rows: number; readonly list: RunList }[] = [];
    for (let from = first; from < end;) {
      const block = Math.floor(from / queryBlock);
      const to = Math.min((block + 1) * queryBlock, end);
      blocks.push({ rows: to - from, list: runs(batch, head, block) });
      from = to;
    }
    const words = this.#heap.i32;
    const pairs = blocks.reduce((sum, { rows, list }) => sum + rows * keysOf(words, list), 0);
    const merged = mergeKeys(blocks.map(({ list }) => readRuns(words, list)));
    const address = this.#borrowed.allocate(Math.max(1, merged.length) * runBytes);
    writeRuns(this.#heap.i32, address, merged);
    const made = { runs: { address, count: merged.length }, pairs };
    this.#known.set(name, made);
    return made;
  }
}
