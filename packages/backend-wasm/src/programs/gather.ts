import { f64, f64x2, i32, i32x4, type Local, v128, type Value } from "@fovea/wasm-assembler";
import { eachHalf, narrow, widen, widenBools } from "../vectors/doubles.ts";
import type { Doubles, Lanes } from "../vectors/lanes.ts";
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
  const inside: Local[] = [];
  let flat = v.ints(0);
  for (const [axis, index] of indices.entries()) {
    const length = v.value(i32x4.splat(i32.load(call, at + 4 * (axis + 1))));
    // As unsigned numbers, negative indices are large.
    inside.push(v.op("i32x4.lt_u", index, length));
    flat = axis === 0 ? index : v.op("i32x4.add", v.op("i32x4.mul", flat, length), index);
  }
  const [first, ...others] = inside;
  // a table of rank 0 has one element, and no index that could miss it
  const seen = first ? others.reduce((all, one) => v.op("v128.and", all, one), first) : v.ints(-1);
  return { flat: v.op("v128.and", flat, seen), seen };
}

/** Address of an element by its position.
 *  @param shift log2 of its bytes */
const addressOf = ({ call, at }: PlacedTable, position: Value, shift: 2 | 3): Value =>
  i32.add(i32.shl(position, shift), i32.load(call, at));

/** Address of the first of four neighbors. */
const first = (table: PlacedTable, flat: Local, shift: 2 | 3): Value =>
  addressOf(table, i32x4.extract_lane(flat, 0), shift);

function gatherWords(v: VectorEmitter, table: PlacedTable, { flat, seen }: Places, neighbors: boolean): Local {
  const { f } = v;
  const result = v.local();
  const oneByOne = (): void =>
    f.set(
      result,
      v128.and(
        v.perLane([flat], (position) => i32.load(addressOf(table, position, 2))),
        seen,
      ),
    );
  const together = (): void => f.set(result, v128.load(first(table, flat, 2)));
  if (neighbors) f.if(i32x4.all_true(seen), together, oneByOne);
  else oneByOne();
  return result;
}

function gatherDoubles(v: VectorEmitter, table: PlacedTable, { flat, seen }: Places, neighbors: boolean): Doubles {
  const { f } = v;
  const result = eachHalf(() => v.local());
  const halves = [result.low, result.high];
  const oneByOne = (): void => {
    const bits = widenBools(v, seen);
    for (const [index, half] of halves.entries()) {
      const element = (lane: number): Value =>
        f64.load(addressOf(table, i32x4.extract_lane(flat, index * 2 + lane), 3));
      const both = [0, 1].reduce((found, lane) => f64x2.replace_lane(found, element(lane), lane), f64x2.const(0));
      f.set(half, v128.and(both, index === 0 ? bits.low : bits.high));
    }
  };
  const together = (): void => {
    for (const [index, half] of halves.entries()) f.set(half, v128.load(first(table, flat, 3), index * 16));
  };
  if (neighbors) f.if(i32x4.all_true(seen), together, oneByOne);
  else oneByOne();
  return result;
}
