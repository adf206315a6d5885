import type { RowMemory } from "./row-memory.ts";
import { panelColumns } from "./row-product.ts";

export interface RowCacheSizes {
  readonly keyHeads: number;
  /** Numbers of a key, padded to even. */
  readonly keyRows: number;
  /** Panels of 8 numbers of a value. */
  readonly valuePanels: number;
  /** Tokens there is room for. */
  readonly room: number;
  /** Whether keys are kept before they are turned as well, because they will move. */
  readonly moves: boolean;
}

/** Keys and values of one layer, laid out for `RowProduct`: keys are the columns of a matrix `[keyRows, room]`, values the rows of one `[room, valueDim]`. */
export class RowCache {
  readonly sizes: RowCacheSizes;
  /** Where key and value of the token to be stored are written first. */
  readonly #keys: number;
  readonly #values: number;
  readonly #unturned: number;
  readonly #memory: RowMemory;
  readonly #begin: number;
  readonly #end: number;

  constructor(memory: RowMemory, sizes: RowCacheSizes) {
    const { keyHeads, keyRows, valuePanels, room, moves } = sizes;
    this.sizes = { ...sizes, room: Math.ceil(room / panelColumns) * panelColumns };
    this.#memory = memory;
    this.#keys = this.#begin = memory.allocate(keyHeads * this.sizes.room * keyRows);
    this.#values = memory.allocate(keyHeads * this.sizes.room * valuePanels * panelColumns);
    this.#unturned = moves ? memory.allocate(keyHeads * this.sizes.room * keyRows) : 0;
    this.#end = memory.allocate(0);
  }

  /** Address of the panel of keys that holds token `at`. */
  keys(head: number, at: number): number {
    const { keyRows, room } = this.sizes;
    return this.#keys + head * room * keyRows + Math.floor(at / panelColumns) * keyRows * panelColumns;
  }

  /** Address of panel `panel` of the value of token `at`. */
  values(head: number, panel: number, at: number): number {
    const { valuePanels, room } = this.sizes;
    return this.#values + ((head * valuePanels + panel) * room + at) * panelColumns;
  }

  /** @param from address of the key, one head after another, `[keyHeads, headDim]` */
  storeKey(from: number, headDim: number, at: number): void {
    const numbers = this.#memory.numbers;
    for (let head = 0; head < this.sizes.keyHeads; head++) {
      const to = this.keys(head, at) + (at % panelColumns);
      for (let d = 0; d < headDim; d++) numbers[to + d * panelColumns] = numbers[from + head * headDim + d];
    }
  }

  /** Keeps a key as it is before it is turned. @param from as for `storeKey` */
  keepUnturned(from: number, headDim: number, at: number): void {
    const count = this.sizes.keyHeads * headDim;
    this.#memory.numbers.copyWithin(this.#unturned + at * count, from, from + count);
  }

  /** Address of a key before it is turned, `[keyHeads, headDim]`. */
  unturned(headDim: number, at: number): number {
    return this.#unturned + at * this.sizes.keyHeads * headDim;
  }

  /** @param from address of the value, `[keyHeads, valueDim]` */
  storeValue(from: number, valueDim: number, at: number): void {
    const numbers = this.#memory.numbers;
    for (let head = 0; head < this.sizes.keyHeads; head++) {
      for (let d = 0; d < valueDim; d++) {
        const to = this.values(head, Math.floor(d / panelColumns), at) + (d % panelColumns);
        numbers[to] = numbers[from + head * valueDim + d];
      }
    }
  }

  /** Moves values (and unturned keys) of `count` tokens down; turned keys are stored anew by whoever turns them. */
  move(from: number, to: number, count: number, headDim: number): void {
    const numbers = this.#memory.numbers;
    for (let head = 0; head < this.sizes.keyHeads; head++) {
      for (let panel = 0; panel < this.sizes.valuePanels; panel++) {
        const start = this.values(head, panel, from);
        numbers.copyWithin(this.values(head, panel, to), start, start + count * panelColumns);
      }
    }
    const start = this.unturned(headDim, from);
    numbers.copyWithin(this.unturned(headDim, to), start, start + count * this.sizes.keyHeads * headDim);
  }

  /** Overwrites everything with zeros. */
  wipe(): void {
    this.#memory.numbers.fill(0, this.#begin, this.#end);
  }
}
