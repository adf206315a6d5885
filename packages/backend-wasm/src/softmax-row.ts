import { FunctionBody, type Local } from "./assembler.ts";
import { emitExp2, type Exp2Constants, prepareExp2 } from "./exp2.ts";
import { paddedTo8 } from "./pack.ts";
import type { TileShape } from "./tile-shape.ts";

/** `softmaxRow(row, width8, tileMaximum, sums, state, unit)`: turns one row of scores (hidden ones -Infinity) into weights
 *  2^((score - maximum) × unit), online (Milakov & Gimelshein 2018): when the maximum grows, what was summed before is scaled down.
 *  `width8` is the row's length rounded up to 8, `state` points at the row's maximum; its total lies `totals - maxima` further. */
export function emitSoftmaxRow(shape: TileShape, relaxed: boolean): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "f32", "i32", "i32", "f32"]);
  const [row, width, tileMaximum, sums, state, unit] = [0, 1, 2, 3, 4, 5].map((index) => f.parameter(index));
  const constants = prepareExp2(f, unit);
  appendSoftmaxRow(f, shape, relaxed, constants, { row, width, tileMaximum, sums, state });
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
  relaxed: boolean,
  constants: Exp2Constants,
  { row, width, tileMaximum, sums, state }: SoftmaxRowPlaces,
): void {
  const total = shape.totals - shape.maxima;
  const before = f.local("f32");
  const maximum = f.local("f32");
  const end = f.local("i32");
  const shift = f.local("v128");
  const weights = f.local("v128");
  const sum = f.local("v128");

  f.get(state);
  f.memory("f32.load");
  f.tee(before);
  f.get(tileMaximum);
  f.op("f32.max");
  f.set(maximum);

  f.get(maximum);
  f.get(before);
  f.op("f32.gt");
  f.if(() => {
    f.get(before);
    f.get(maximum);
    f.op("f32.sub");
    f.splat();
    f.set(weights);
    emitExp2(f, weights, constants, relaxed);
    f.get(state);
    f.get(maximum);
    f.memory("f32.store");
    f.get(state);
    f.get(state);
    f.memory("f32.load", total);
    f.get(weights);
    f.lane("f32x4.extract_lane", 0);
    f.op("f32.mul");
    f.memory("f32.store", total);
    for (let column = 0; column < paddedTo8(shape.valueDim); column += 4) {
      f.get(sums);
      f.get(sums);
      f.memory("v128.load", column * 4);
      f.get(weights);
      f.op("f32x4.mul");
      f.memory("v128.store", column * 4);
    }
  });

  // A row that has seen nothing has the maximum -Infinity; shifting by 0 keeps its scores -Infinity instead of NaN.
  f.get(maximum);
  f.f32(0);
  f.get(maximum);
  f.f32(-Infinity);
  f.op("f32.ne");
  f.op("select");
  f.splat();
  f.set(shift);
  f.f32x4(0);
  f.set(sum);
  f.address(row, 0, width, 4);
  f.set(end);
  f.forRange(row, end, 16, () => {
    f.get(row);
    f.memory("v128.load");
    f.get(shift);
    f.op("f32x4.sub");
    f.set(weights);
    emitExp2(f, weights, constants, relaxed);
    f.get(row);
    f.get(weights);
    f.memory("v128.store");
    f.get(sum);
    f.get(weights);
    f.op("f32x4.add");
    f.set(sum);
  });
  f.get(state);
  f.get(state);
  f.memory("f32.load", total);
  for (const lane of [0, 1, 2, 3]) {
    f.get(sum);
    f.lane("f32x4.extract_lane", lane);
    f.op("f32.add");
  }
  f.memory("f32.store", total);
}
