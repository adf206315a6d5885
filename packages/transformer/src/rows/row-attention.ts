import type { PositionTransform } from "@fovea/multi-head-attention";
import { createEvaluator, trace, type Program } from "@fovea/program";
import { readValues } from "@fovea/tensor";
import type { AttentionSettings } from "../layer-options.ts";
import { RowCache } from "./row-cache.ts";
import type { RowMemory } from "./row-memory.ts";
import { panelColumns } from "./row-product.ts";
import type { Runs, Sight } from "./visible-runs.ts";

export interface RowHeads {
  readonly heads: number;
  readonly keyHeads: number;
  readonly headDim: number;
  readonly valueDim: number;
}

/** Where the keys of a window lie: the first `sinks` in place, the others `shift` further on than their place in the cache. */
export interface Window {
  readonly sinks: number;
  readonly shift: number;
}

/** Turns queries and keys by rotary tables. */
export type Turn = (address: number, heads: number, headDim: number, position: number) => void;

/** Softmax attention of one query over one cache: scores by the product, programs pair by pair, only where something is seen. */
export class RowAttention {
  readonly cache: RowCache;
  readonly #memory: RowMemory;
  readonly #sizes: RowHeads;
  readonly #scale: number;
  readonly #score: ReturnType<typeof createEvaluator> | null;
  readonly #sight: Sight;
  readonly #scores: number;
  readonly #query: number;
  readonly #part: number;

  /** @param room tokens that fit the cache */
  constructor(
    memory: RowMemory,
    sizes: RowHeads,
    settings: AttentionSettings,
    sight: Sight,
    room: number,
    moves: boolean,
  ) {
    const { keyHeads, headDim, valueDim } = sizes;
    const keyRows = headDim + (headDim % 2);
    const valuePanels = Math.ceil(valueDim / panelColumns);
    this.cache = new RowCache(memory, { keyHeads, keyRows, valuePanels, room, moves });
    this.#memory = memory;
    this.#sizes = sizes;
    this.#scale = settings.scale ?? 1 / Math.sqrt(headDim);
    const score = settings.score ? programOf(settings.score) : null;
    this.#score = score && createEvaluator(score);
    this.#sight = sight;
    this.#scores = memory.allocate(this.cache.sizes.room + panelColumns);
    this.#query = memory.allocate(keyRows);
    this.#part = memory.allocate(panelColumns);
  }

  /** Attends one query to the keys up to `place`.
   *  @param query address of `[heads, headDim]`, turned to where its key lies
   *  @param sinkQuery the same, turned to its place in the cache
   *  @param output address of `[heads, valueDim]`
   *  @param place of the query and the last key in the cache */
  run(query: number, sinkQuery: number, output: number, place: number, window: Window): void {
    const { heads, keyHeads, headDim, valueDim } = this.#sizes;
    const { numbers } = this.#memory;
    const group = heads / keyHeads;
    for (let head = 0; head < heads; head++) {
      const keyHead = Math.floor(head / group);
      const runs = this.#sight.runs(head, place);
      this.#multiplyKeys(query + head * headDim, sinkQuery + head * headDim, keyHead, runs, window);
      const total = this.#weigh(head, runs, place, window);
      const start = output + head * valueDim;
      for (let d = start; d < start + valueDim; d++) numbers[d] = 0;
      if (runs.length > 0 && total !== 0) this.#gather(start, keyHead, runs, window, 1 / total);
    }
  }

  /** Scores of all that is seen, and of what lies in the same panels. */
  #multiplyKeys(query: number, sinkQuery: number, keyHead: number, runs: Runs, { sinks, shift }: Window): void {
    if (runs.length === 0) return;
    const last = runs[runs.length - 1];
    if (shift === 0) return this.#multiply(runs[0], last, query, keyHead);
    // the others first: their panels may hold scores of sinks, which are then overwritten
    this.#multiply(Math.max(runs[0], sinks) + shift, last + shift, query, keyHead);
    this.#scoreSinks(runs[0], Math.min(last, sinks), sinkQuery, keyHead);
  }

  #multiply(from: number, to: number, query: number, keyHead: number): void {
    if (from >= to) return;
    const { keyRows } = this.cache.sizes;
    const { headDim } = this.#sizes;
    let row = query;
    if (keyRows !== headDim) {
      // an odd head is copied to where a zero follows
      this.#memory.numbers.copyWithin(this.#query, query, query + headDim);
      row = this.#query;
    }
    const first = from - (from % panelColumns);
    const panels = Math.ceil((to - first) / panelColumns);
    this.#memory.product(row, this.cache.keys(keyHead, first), this.#scores + first, keyRows, panels);
  }

  /** Scores of sinks one by one: there are few, and their panels hold others. */
  #scoreSinks(from: number, to: number, query: number, keyHead: number): void {
    const { headDim } = this.#sizes;
    const numbers = this.#memory.numbers;
    for (let key = from; key < to; key++) {
      const column = this.cache.keys(keyHead, key) + (key % panelColumns);
      let sum = 0;
      for (let d = 0; d < headDim; d++) sum += numbers[query + d] * numbers[column + d * panelColumns];
      numbers[this.#scores + key] = sum;
    }
  }

  /** Scores become exponentials. @returns their sum, NaN where a score is NaN */
  #weigh(head: number, runs: Runs, place: number, window: Window): number {
    let most = -Infinity;
    for (let run = 0; run < runs.length; run += 2) {
      most = this.#changeScores(head, runs[run], runs[run + 1], place, window, most);
    }
    if (most === -Infinity || Number.isNaN(most)) return most === -Infinity ? 0 : most;
    const { sinks, shift } = window;
    let total = 0;
    for (let run = 0; run < runs.length; run += 2) {
      const from = runs[run];
      const to = runs[run + 1];
      if (from < sinks) total += this.#exponentials(from, Math.min(to, sinks), most);
      if (to > sinks) total += this.#exponentials(Math.max(from, sinks) + shift, to + shift, most);
    }
    return total;
  }

  /** Scale and score program for the keys `from … to - 1`. @returns the largest score so far; NaN stays */
  #changeScores(head: number, from: number, to: number, place: number, { sinks, shift }: Window, most: number): number {
    const { numbers } = this.#memory;
    const score = this.#score;
    const scale = this.#scale;
    for (let key = from; key < to; key++) {
      const at = this.#scores + (key < sinks ? key : key + shift);
      let value = numbers[at] * scale;
      if (score) value = score(value, 0, head, place, key, 1, place + 1);
      numbers[at] = value;
      if (!(value <= most)) most = Number.isNaN(most) ? most : value;
    }
    return most;
  }

  #exponentials(from: number, to: number, most: number): number {
    const { numbers } = this.#memory;
    const whole = from + 4 * Math.floor((to - from) / 4);
    let total = whole > from ? this.#memory.exponentials(this.#scores + from, whole - from, most) : 0;
    for (let at = this.#scores + whole; at < this.#scores + to; at++)
      total += numbers[at] = Math.exp(numbers[at] - most);
    return total;
  }

  #gather(output: number, keyHead: number, runs: Runs, { sinks, shift }: Window, share: number): void {
    for (let run = 0; run < runs.length; run += 2) {
      const from = runs[run];
      const to = runs[run + 1];
      if (shift === 0 || to <= sinks) {
        this.#gatherRun(output, keyHead, from, to, share);
      } else {
        if (from < sinks) this.#gatherRun(output, keyHead, from, sinks, share);
        this.#gatherRun(output, keyHead, Math.max(from, sinks) + shift, to + shift, share);
      }
    }
  }

  #gatherRun(output: number, keyHead: number, from: number, to: number, share: number): void {
    const { valueDim } = this.#sizes;
    const numbers = this.#memory.numbers;
    const even = Math.floor((to - from) / 2) * 2;
    for (let panel = 0; panel < this.cache.sizes.valuePanels; panel++) {
      const start = output + panel * panelColumns;
      const columns = Math.min(panelColumns, valueDim - panel * panelColumns);
      if (even > 0) {
        this.#memory.product(this.#scores + from, this.cache.values(keyHead, panel, from), this.#part, even, 1);
        for (let d = 0; d < columns; d++) numbers[start + d] += numbers[this.#part + d] * share;
      }
      if (from + even < to) {
        const weight = numbers[this.#scores + to - 1] * share;
        const value = this.cache.values(keyHead, panel, to - 1);
        for (let d = 0; d < columns; d++) numbers[start + d] += weight * numbers[value + d];
      }
    }
  }
}

export function programOf(source: NonNullable<AttentionSettings["score"]>): Program {
  return typeof source === "function" ? trace(source) : source;
}

/** @returns null where nothing turns */
export function createTurn(memory: RowMemory, transform: PositionTransform | undefined): Turn | null {
  if (!transform?.tables) return null;
  const { tables, layout = "interleaved" } = transform;
  const [cos, sin] = [readValues(tables.cos), readValues(tables.sin)];
  const waves = tables.cos.shape[1];
  const [next, apart] = layout === "interleaved" ? [2, 1] : [1, waves];
  return (address, heads, headDim, position) => {
    const numbers = memory.numbers;
    const row = position * waves;
    for (let head = address; head < address + heads * headDim; head += headDim) {
      for (let wave = 0; wave < waves; wave++) {
        const first = head + wave * next;
        const x = numbers[first];
        const y = numbers[first + apart];
        const c = cos[row + wave];
        const s = sin[row + wave];
        numbers[first] = x * c - y * s;
        numbers[first + apart] = x * s + y * c;
      }
    }
  };
}
