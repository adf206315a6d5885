import type { Local } from "@fovea/wasm-assembler";
import { eachHalf, narrow, widen, widenBools } from "../vectors/doubles.ts";
import type { Lanes } from "../vectors/lanes.ts";
import type { VectorEmitter } from "../vectors/vector-emitter.ts";

/** A table as kernels find it. */
export interface PlacedTable {
  /** Address of the call's record. */
  readonly call: Local;
  /** Byte offset there of the table's address; its dimensions follow. */
  readonly at: number;
  /** Whether elements are float64, else 4 bytes. */
  readonly doubles: boolean;
}

/** Where four indices lead. */
interface Places {
  /** The row-major position; 0 for what lies outside. */
  readonly flat: Local;
  /** All ones where the indices lie within the table. */
  readonly seen: Local;
}

/** Reads a table at four places; what lies outside reads 0. The address and dimensions come from the call's record.
 *  @param neighbors the four places follow one another unless one lies outside
 *  @param wanted whether float64 is wanted, else what fits into one vector */
export function gather(
  v: VectorEmitter,
  table: PlacedTable,
  indices: readonly Local[],
  neighbors: boolean,
  wanted: "doubles" | "single",
): Lanes {
  const places = placesOf(v, table, indices);
  if (table.doubles) {
    const found = gatherDoubles(v, table, places, neighbors);
    return wanted === "doubles" ? found : narrow(v, found);
  }
  const found = gatherWords(v, table, places, neighbors);
  return wanted === "doubles" ? widen(v, found) : found;
}

function placesOf(v: VectorEmitter, { call, at }: PlacedTable, indices: readonly Local[]): Places {
  const { f } = v;
  const inside: Local[] = [];
  let flat = v.ints(0);
  for (const [axis, index] of indices.entries()) {
    f.get(call);
    f.memory("i32.load", at + 4 * (axis + 1));
    f.op("i32x4.splat");
    const length = v.take();
    // As unsigned numbers, negative indices are large.
    inside.push(v.op("i32x4.lt_u", index, length));
    flat = axis === 0 ? index : v.op("i32x4.add", v.op("i32x4.mul", flat, length), index);
  }
  const [first, ...others] = inside;
  // a table of rank 0 has one element, and no index that could miss it
  const seen = first ? others.reduce((all, one) => v.op("v128.and", all, one), first) : v.ints(-1);
  return { flat: v.op("v128.and", flat, seen), seen };
}

/** Pushes the address of the element whose position is on the stack.
 *  @param shift log2 of its bytes */
function pushAddress({ f }: VectorEmitter, { call, at }: PlacedTable, shift: 2 | 3): void {
  f.i32(shift);
  f.op("i32.shl");
  f.get(call);
  f.memory("i32.load", at);
  f.op("i32.add");
}

function gatherWords(v: VectorEmitter, table: PlacedTable, { flat, seen }: Places, neighbors: boolean): Local {
  const { f } = v;
  const result = v.local();
  const oneByOne = (): void => {
    f.get(
      v.perLane([flat], () => {
        pushAddress(v, table, 2);
        f.memory("i32.load");
      }),
    );
    f.get(seen);
    f.op("v128.and");
    f.set(result);
  };
  if (!neighbors) {
    oneByOne();
    return result;
  }
  whenAllSeen(
    v,
    seen,
    () => {
      pushFirst(v, table, flat, 2);
      f.memory("v128.load");
      f.set(result);
    },
    oneByOne,
  );
  return result;
}

function gatherDoubles(v: VectorEmitter, table: PlacedTable, { flat, seen }: Places, neighbors: boolean) {
  const { f } = v;
  const result = eachHalf(() => v.local());
  const halves = [result.low, result.high];
  const oneByOne = (): void => {
    const bits = widenBools(v, seen);
    for (const [index, half] of halves.entries()) {
      f.f64x2(0);
      for (const lane of [0, 1]) {
        f.get(flat);
        f.lane("i32x4.extract_lane", index * 2 + lane);
        pushAddress(v, table, 3);
        f.memory("f64.load");
        f.lane("f64x2.replace_lane", lane);
      }
      f.get(index === 0 ? bits.low : bits.high);
      f.op("v128.and");
      f.set(half);
    }
  };
  if (!neighbors) {
    oneByOne();
    return result;
  }
  whenAllSeen(
    v,
    seen,
    () => {
      for (const [index, half] of halves.entries()) {
        pushFirst(v, table, flat, 3);
        f.memory("v128.load", index * 16);
        f.set(half);
      }
    },
    oneByOne,
  );
  return result;
}

function whenAllSeen({ f }: VectorEmitter, seen: Local, then: () => void, otherwise: () => void): void {
  f.get(seen);
  f.op("i32x4.all_true");
  f.if(then, otherwise);
}

/** Pushes the address of the first of four neighbors. */
function pushFirst(v: VectorEmitter, table: PlacedTable, flat: Local, shift: 2 | 3): void {
  v.f.get(flat);
  v.f.lane("i32x4.extract_lane", 0);
  pushAddress(v, table, shift);
}
