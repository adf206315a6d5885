import { address, f32, f32x4, FunctionBody, type Local, v128 } from "@fovea/wasm-assembler";
import { emitExp2, type Exp2Constants, prepareExp2 } from "../vectors/exp2.ts";
import { paddedTo8 } from "../memory/storage.ts";
import { folded } from "../vectors/fold-lanes.ts";
import { pairRoom, type SoftmaxPlaces } from "./tile-shape.ts";
import type { Simd } from "../vectors/simd.ts";
import { joinPair, storePair, vectorPair } from "../vectors/vector-pairs.ts";
import { scoreShift } from "../vectors/score-shift.ts";

/** `softmaxRow(row, width8, tileMaximum, sums, state, unit)`: turns one row of scores (hidden ones -Infinity) into weights
 *  2^((score - maximum) × unit), online (Milakov & Gimelshein 2018): when the maximum grows, what was summed before is scaled down.
 *  `width8` is the row's length rounded up to 8, `state` points at the row's maximum; its total lies `totals - maxima` further. */
export function emitSoftmaxRow(shape: SoftmaxPlaces, simd: Simd): FunctionBody {
  const f = new FunctionBody();
  const { row, width, tileMaximum, sums, state, unit } = f.parameters({
    row: "i32",
    width: "i32",
    tileMaximum: "f32",
    sums: "i32",
    state: "i32",
    unit: "f32",
  });
  const constants = prepareExp2(f, unit);
  appendSoftmaxRow(f, shape, simd, constants, { row, width, tileMaximum, sums, state });
  return f;
}

export interface SoftmaxRowPlaces {
  /** Ends behind the row's scores. */
  readonly row: Local;
  readonly width: Local;
  readonly tileMaximum: Local;
  readonly sums: Local;
  readonly state: Local;
}

/** Appends what `softmaxRow` does. */
export function appendSoftmaxRow(
  f: FunctionBody,
  shape: SoftmaxPlaces,
  simd: Simd,
  constants: Exp2Constants,
  { row, width, tileMaximum, sums, state }: SoftmaxRowPlaces,
): void {
  const total = shape.totals - shape.maxima;
  const maximum = f.local("f32");
  const end = f.local("i32");
  const shift = f.local("v128");
  const pair = vectorPair(simd).map((offset) => ({ offset, weights: f.local("v128"), sum: f.local("v128") }));
  const [{ sum: whole }] = pair;
  const factor = f.local("v128");
  const scaled = pair.map(({ weights }) => weights);

  f.set(maximum, f32.load(state));
  f.if(f32.gt(tileMaximum, maximum), () => {
    f.set(factor, f32x4.splat(f32.sub(maximum, tileMaximum)));
    emitExp2(f, factor, constants, simd);
    f.set(maximum, tileMaximum);
    f.emit(f32.store(state, maximum));
    f.emit(f32.store(state, f32.mul(f32.load(state, total), f32x4.extract_lane(factor, 0)), total));
    for (let column = 0; column < paddedTo8(shape.valueDim); column += 4 * scaled.length) {
      for (const [index, sum] of scaled.entries()) {
        f.set(sum, f32x4.mul(v128.load(sums, column * 4 + index * 16), factor));
      }
      storePair(f, sums, column * 4, scaled);
    }
  });

  f.set(shift, f32x4.splat(scoreShift(maximum)));
  for (const { sum } of pair) f.set(sum, f32x4.const(0));
  f.set(end, address(row, 0, width, 4));
  f.forAddresses(row, end, 16 * pair.length, () => {
    for (const { offset, weights, sum } of pair) {
      f.set(weights, f32x4.sub(v128.load(row, offset), shift));
      emitExp2(f, weights, constants, simd);
      f.set(sum, f32x4.add(sum, weights));
    }
    storePair(
      f,
      row,
      0,
      pair.map(({ weights }) => weights),
    );
  });
  joinPair(
    f,
    pair.map(({ sum }) => sum),
    "f32x4.add",
    pairRoom(shape, state),
  );
  f.emit(f32.store(state, f32.add(f32.load(state, total), folded(f, whole, "f32x4.add")), total));
}
