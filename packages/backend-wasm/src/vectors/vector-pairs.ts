import { type FunctionBody, i32, i32x4, type Local, operation, v128, type Value } from "@fovea/wasm-assembler";
import type { FoldOpcode } from "./fold-lanes.ts";
import type { Simd } from "./simd.ts";

/** Byte offsets of the vectors that one step of a loop takes: one, or two that stand side by side where vectors are wide. */
export const vectorPair = (simd: Simd): readonly number[] => (simd.wide ? [0, 16] : [0]);

/** Stores vectors that stand side by side, the last one first. V8 starts from such stores and goes back through what they store, as long as both are
 *  made by the same instructions from vectors side by side, with nothing written in between: compute one, compute the other, then store. In the other
 *  order V8 13.6 leaves the first store standing beside the wide one. */
export function storePair(f: FunctionBody, address: Local, offset: number, values: readonly Value[]): void {
  for (const [index, value] of [...values.entries()].reverse()) f.emit(v128.store(address, value, offset + index * 16));
}

/** Numbers of four keys each, from `first` on, for the vectors of a pair. */
export function startKeys(f: FunctionBody, simd: Simd, first: Local): readonly Local[] {
  return vectorPair(simd).map((offset) => {
    const keys = f.local("v128");
    const numbers = i32x4.add(i32x4.splat(first), i32x4.const(0, 1, 2, 3));
    // V8 does not put two different constants side by side, but whatever ends in a lane that is replaced
    const moved = offset > 0 ? i32x4.add(numbers, 4) : numbers;
    f.set(keys, simd.wide ? i32x4.replace_lane(moved, i32.add(first, offset / 4), 0) : numbers);
    return keys;
  });
}

/** The same vectors' next keys. */
export function nextKeys(f: FunctionBody, pair: readonly Local[]): void {
  for (const keys of pair) f.set(keys, i32x4.add(keys, 4 * pair.length));
}

/** Room in memory for a pair of vectors. */
export interface PairRoom {
  readonly address: Local;
  readonly offset: number;
}

/** Leaves in the first vector of a pair what `opcode` makes of both. Sums kept in locals become wide only where both are stored at last, so they spill to
 *  memory.
 *  @param room null: that is not worth it */
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
  const both = pair.map((vector, index) => (room ? v128.load(room.address, room.offset + index * 16) : vector));
  f.set(pair[0], operation(opcode, ...both));
}
