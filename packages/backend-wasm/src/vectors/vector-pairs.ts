import type { FunctionBody, Local } from "@fovea/wasm-assembler";
import type { FoldOpcode } from "./fold-lanes.ts";
import type { Simd } from "./simd.ts";

/** Byte offsets of the vectors that one step of a loop takes: one, or two that stand side by side where vectors are wide. */
export const vectorPair = (simd: Simd): readonly number[] => (simd.wide ? [0, 16] : [0]);

/** Stores vectors that stand side by side, the last one first. V8 starts from such stores and goes back through what they store, as long as both are
 *  made by the same instructions from vectors side by side, with nothing written in between: compute one, compute the other, then store. In the other
 *  order V8 13.6 leaves the first store standing beside the wide one. */
export function storePair(f: FunctionBody, address: Local, offset: number, values: readonly Local[]): void {
  for (const [index, value] of [...values.entries()].reverse()) {
    f.get(address);
    f.get(value);
    f.memory("v128.store", offset + index * 16);
  }
}

/** Numbers of four keys each, from `first` on, for the vectors of a pair. */
export function startKeys(f: FunctionBody, simd: Simd, first: Local): readonly Local[] {
  return vectorPair(simd).map((offset) => {
    const keys = f.local("v128");
    f.get(first);
    f.op("i32x4.splat");
    f.i32x4(0, 1, 2, 3);
    f.op("i32x4.add");
    if (simd.wide) {
      // V8 does not put two different constants side by side, but whatever ends in a lane that is replaced
      if (offset > 0) addToKeys(f, 4);
      f.get(first);
      f.i32(offset / 4);
      f.op("i32.add");
      f.lane("i32x4.replace_lane", 0);
    }
    f.set(keys);
    return keys;
  });
}

/** The same vectors' next keys. */
export function nextKeys(f: FunctionBody, pair: readonly Local[]): void {
  for (const keys of pair) {
    f.get(keys);
    addToKeys(f, 4 * pair.length);
    f.set(keys);
  }
}

function addToKeys(f: FunctionBody, count: number): void {
  f.i32x4(count);
  f.op("i32x4.add");
}

/** Room in memory for a pair of vectors. */
export interface PairRoom {
  readonly address: Local;
  readonly offset: number;
}

/** Leaves in the first vector of a pair what `opcode` makes of both. Sums kept in locals become wide only where both are stored at last, so they take
 *  the way through memory.
 *  @param room null: the way is not worth it */
export function joinPair(f: FunctionBody, pair: readonly Local[], opcode: FoldOpcode, room: PairRoom | null): void {
  if (room) storeForJoin(f, pair, room);
  joinStored(f, pair, opcode, room);
}

/** The first half of `joinPair`, for several pairs at once: what is stored is not waited for. */
export function storeForJoin(f: FunctionBody, pair: readonly Local[], room: PairRoom): void {
  if (pair.length > 1) storePair(f, room.address, room.offset, pair);
}

export function joinStored(f: FunctionBody, pair: readonly Local[], opcode: FoldOpcode, room: PairRoom | null): void {
  if (pair.length === 1) return;
  for (const [index, vector] of pair.entries()) {
    if (room) {
      f.get(room.address);
      f.memory("v128.load", room.offset + index * 16);
    } else f.get(vector);
  }
  f.op(opcode);
  f.set(pair[0]);
}
