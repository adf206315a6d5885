import { FunctionBody } from "@fovea/wasm-assembler";
import { emitExp2, prepareExp2 } from "../vectors/exp2.ts";
import { pushFolded } from "../vectors/fold-lanes.ts";
import { pairRoom, type TileShape } from "./tile-shape.ts";
import type { Simd } from "../vectors/simd.ts";
import { joinPair, vectorPair } from "../vectors/vector-pairs.ts";
import { pushShift } from "../vectors/push-shift.ts";

/** `softmaxStatistics(row, width8, tileMaximum, state, unit)`: carries a row's largest score and its total of 2^((score - largest) × unit) on over one tile, and
 *  leaves the scores as they are. See `emitSoftmaxRow`. */
export function emitSoftmaxStatistics(shape: TileShape, simd: Simd): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "f32", "i32", "f32"]);
  const [row, width, tileMaximum, state, unit] = [0, 1, 2, 3, 4].map((index) => f.parameter(index));
  const total = shape.totals - shape.maxima;
  const before = f.local("f32");
  const maximum = f.local("f32");
  const end = f.local("i32");
  const shift = f.local("v128");
  const weights = f.local("v128");
  const sums = vectorPair(simd).map(() => f.local("v128"));
  const [sum, ...others] = sums;
  const constants = prepareExp2(f, unit);

  f.get(state);
  f.memory("f32.load");
  f.tee(before);
  f.get(tileMaximum);
  f.op("f32.max");
  f.set(maximum);
  pushShift(f, maximum);
  f.splat();
  f.set(shift);
  // the total so far, brought to the new maximum
  f.get(before);
  f.splat();
  f.get(shift);
  f.op("f32x4.sub");
  f.set(weights);
  emitExp2(f, weights, constants, simd);
  f.get(weights);
  f.get(state);
  f.memory("v128.load32_zero", total);
  f.op("f32x4.mul");
  f.set(sum);
  for (const other of others) {
    f.f32x4(0);
    f.set(other);
  }
  f.get(state);
  f.get(maximum);
  f.memory("f32.store");
  f.address(row, 0, width, 4);
  f.set(end);
  f.forAddresses(row, end, 16 * sums.length, () => {
    for (const [index, own] of sums.entries()) {
      f.get(row);
      f.memory("v128.load", index * 16);
      f.get(shift);
      f.op("f32x4.sub");
      f.set(weights);
      emitExp2(f, weights, constants, simd);
      f.get(own);
      f.get(weights);
      f.op("f32x4.add");
      f.set(own);
    }
  });
  joinPair(f, sums, "f32x4.add", pairRoom(shape, state));
  f.get(state);
  pushFolded(f, sum, "f32x4.add");
  f.memory("f32.store", total);
  return f;
}
