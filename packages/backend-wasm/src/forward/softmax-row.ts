import { FunctionBody, type Local } from "@fovea/wasm-assembler";
import { emitExp2, type Exp2Constants, prepareExp2 } from "../vectors/exp2.ts";
import { paddedTo8 } from "../products/pack.ts";
import { pushFolded } from "../vectors/fold-lanes.ts";
import { pairRoom, type TileShape } from "./tile-shape.ts";
import type { Simd } from "../vectors/simd.ts";
import { joinPair, storePair, vectorPair } from "../vectors/vector-pairs.ts";
import { pushShift } from "../vectors/push-shift.ts";

/** `softmaxRow(row, width8, tileMaximum, sums, state, unit)`: turns one row of scores (hidden ones -Infinity) into weights
 *  2^((score - maximum) × unit), online (Milakov & Gimelshein 2018): when the maximum grows, what was summed before is scaled down.
 *  `width8` is the row's length rounded up to 8, `state` points at the row's maximum; its total lies `totals - maxima` further. */
export function emitSoftmaxRow(shape: TileShape, simd: Simd): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "f32", "i32", "i32", "f32"]);
  const [row, width, tileMaximum, sums, state, unit] = [0, 1, 2, 3, 4, 5].map((index) => f.parameter(index));
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
  shape: TileShape,
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

  f.get(state);
  f.memory("f32.load");
  f.set(maximum);
  f.get(tileMaximum);
  f.get(maximum);
  f.op("f32.gt");
  f.if(() => {
    f.get(maximum);
    f.get(tileMaximum);
    f.op("f32.sub");
    f.splat();
    f.set(factor);
    emitExp2(f, factor, constants, simd);
    f.get(tileMaximum);
    f.set(maximum);
    f.get(state);
    f.get(maximum);
    f.memory("f32.store");
    f.get(state);
    f.get(state);
    f.memory("f32.load", total);
    f.get(factor);
    f.lane("f32x4.extract_lane", 0);
    f.op("f32.mul");
    f.memory("f32.store", total);
    for (let column = 0; column < paddedTo8(shape.valueDim); column += 4 * scaled.length) {
      for (const [index, sum] of scaled.entries()) {
        f.get(sums);
        f.memory("v128.load", column * 4 + index * 16);
        f.get(factor);
        f.op("f32x4.mul");
        f.set(sum);
      }
      storePair(f, sums, column * 4, scaled);
    }
  });

  pushShift(f, maximum);
  f.splat();
  f.set(shift);
  for (const { sum } of pair) {
    f.f32x4(0);
    f.set(sum);
  }
  f.address(row, 0, width, 4);
  f.set(end);
  f.forAddresses(row, end, 16 * pair.length, () => {
    for (const { offset, weights, sum } of pair) {
      f.get(row);
      f.memory("v128.load", offset);
      f.get(shift);
      f.op("f32x4.sub");
      f.set(weights);
      emitExp2(f, weights, constants, simd);
      f.get(sum);
      f.get(weights);
      f.op("f32x4.add");
      f.set(sum);
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
  f.get(state);
  f.get(state);
  f.memory("f32.load", total);
  pushFolded(f, whole, "f32x4.add");
  f.op("f32.add");
  f.memory("f32.store", total);
}
