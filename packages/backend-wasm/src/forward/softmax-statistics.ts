import { address, f32, f32x4, FunctionBody, tee, v128 } from "@fovea/wasm-assembler";
import { emitExp2, prepareExp2 } from "../vectors/exp2.ts";
import { folded } from "../vectors/fold-lanes.ts";
import { pairRoom, type SoftmaxPlaces } from "./tile-shape.ts";
import type { Simd } from "../vectors/simd.ts";
import { joinPair, vectorPair } from "../vectors/vector-pairs.ts";
import { scoreShift } from "../vectors/score-shift.ts";

/** `softmaxStatistics(row, width8, tileMaximum, state, unit)`: carries a row's largest score and its total of 2^((score - largest) × unit) on over one tile, and
 *  leaves the scores as they are. See `emitSoftmaxRow`. */
export function emitSoftmaxStatistics(shape: SoftmaxPlaces, simd: Simd): FunctionBody {
  const f = new FunctionBody();
  const { row, width, tileMaximum, state, unit } = f.parameters({
    row: "i32",
    width: "i32",
    tileMaximum: "f32",
    state: "i32",
    unit: "f32",
  });
  const total = shape.totals - shape.maxima;
  const [before, maximum] = f.locals("f32", 2);
  const end = f.local("i32");
  const [shift, weights] = f.locals("v128", 2);
  const sums = f.locals("v128", vectorPair(simd).length);
  const [sum, ...others] = sums;
  const constants = prepareExp2(f, unit);

  f.set(maximum, f32.max(tee(before, f32.load(state)), tileMaximum));
  f.set(shift, f32x4.splat(scoreShift(maximum)));
  // the total so far, brought to the new maximum
  f.set(weights, f32x4.sub(f32x4.splat(before), shift));
  emitExp2(f, weights, constants, simd);
  f.set(sum, f32x4.mul(weights, v128.load32_zero(state, total)));
  for (const other of others) f.set(other, f32x4.const(0));
  f.emit(f32.store(state, maximum));
  f.set(end, address(row, 0, width, 4));
  f.forAddresses(row, end, 16 * sums.length, () => {
    for (const [index, own] of sums.entries()) {
      f.set(weights, f32x4.sub(v128.load(row, index * 16), shift));
      emitExp2(f, weights, constants, simd);
      f.set(own, f32x4.add(own, weights));
    }
  });
  joinPair(f, sums, "f32x4.add", pairRoom(shape, state));
  f.emit(f32.store(state, folded(f, sum, "f32x4.add"), total));
  return f;
}
