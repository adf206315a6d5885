import { i32, i32x4, type Local } from "@fovea/wasm-assembler";
import { folded } from "../vectors/fold-lanes.ts";
import type { VectorRead } from "../programs/create-vector-derivative.ts";
import type { VectorEmitter } from "../vectors/vector-emitter.ts";

/** Where a read's gradients go. */
export interface TableSums {
  /** Address of the call's record. */
  readonly call: Local;
  /** Address of the table's sums, float64, row-major in the table's shape; one more in front of them takes what belongs to no element. */
  readonly sums: Local;
}

/** Adds four floats to the elements at four places; what lies outside the table belongs to no element. */
export function emitScatter(
  v: VectorEmitter,
  read: VectorRead,
  to: TableSums,
  indices: readonly Local[],
  amounts: Local,
): void {
  const { f } = v;
  const places = flatten(v, read, to.call, indices);
  for (const lane of [0, 1, 2, 3]) {
    addAt(
      v,
      to.sums,
      () => {
        f.get(places);
        f.lane("i32x4.extract_lane", lane);
      },
      () => {
        f.get(amounts);
        f.lane("f32x4.extract_lane", lane);
      },
    );
  }
}

/** Adds the sum of four floats to the element that all four places name. */
export function emitScatterSum(
  v: VectorEmitter,
  read: VectorRead,
  to: TableSums,
  indices: readonly Local[],
  amounts: Local,
): void {
  const { f } = v;
  const places = flatten(v, read, to.call, indices);
  addAt(
    v,
    to.sums,
    () => {
      f.get(places);
      f.lane("i32x4.extract_lane", 0);
    },
    () => f.emit(folded(f, amounts, "f32x4.add")),
  );
}

/** sums[place] += amount */
function addAt(v: VectorEmitter, sums: Local, pushPlace: () => void, pushAmount: () => void): void {
  const { f } = v;
  const at = f.local("i32");
  pushPlace();
  f.i32(3);
  f.op("i32.shl");
  f.get(sums);
  f.op("i32.add");
  f.tee(at);
  f.get(at);
  f.memory("f64.load");
  pushAmount();
  f.op("f64.promote_f32");
  f.op("f64.add");
  f.memory("f64.store");
  f.release(at);
}

/** Row-major places; -1, in front of the table, where an index lies outside. */
function flatten(v: VectorEmitter, read: VectorRead, call: Local, indices: readonly Local[]): Local {
  let inside = v.ints(-1);
  let places = v.ints(0);
  for (const [axis, index] of indices.entries()) {
    const length = v.value(i32x4.splat(i32.load(call, read.at + 4 * (axis + 1))));
    // As unsigned numbers, negative indices are large.
    inside = v.op("v128.and", inside, v.op("i32x4.lt_u", index, length));
    places = axis === 0 ? index : v.op("i32x4.add", v.op("i32x4.mul", places, length), index);
  }
  return v.op("v128.or", places, v.op("v128.not", inside));
}
