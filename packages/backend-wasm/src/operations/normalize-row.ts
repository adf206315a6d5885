import { FunctionBody, type Local } from "@fovea/wasm-assembler";
import { pushFolded } from "../vectors/fold-lanes.ts";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { emitRow } from "./row-loop.ts";
import type { Simd } from "../vectors/simd.ts";

/** `normalizeRow(source, target, columns, scale, bias, epsilon)`: (row - mean) / √(variance + epsilon) × scale + bias.
 *  Centered is layer normalization; otherwise the mean counts as 0 and the variance is the mean square (RMS normalization).
 *  Pass 1 sums the row, pass 2 what is left around that mean: its own mean, which rounding makes differ from 0, corrects mean and variance
 *  (Chan, Golub & LeVeque 1983, eq. 1.7), so that a row far from 0 loses nothing more than its numbers have lost; pass 3 writes. */
export function emitNormalizeRow(centered: boolean, simd: Simd): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32", "i32", "i32", "f32"]);
  const [source, target, columns, scale, bias, epsilon] = Array.from({ length: 6 }, (_, i) => f.parameter(i));
  const v = new VectorEmitter(f, simd);
  /** Two of each take turns where a row is visited by eights: a single one would wait for itself. */
  const sums = [f.local("v128"), f.local("v128")];
  const squares = [f.local("v128"), f.local("v128")];
  const part = f.local("v128");
  const mean = f.local("v128");
  const rest = f.local("v128");
  const count = f.local("f32");
  const clear = (...locals: readonly Local[]): void => {
    for (const local of locals) {
      f.f32x4(0);
      f.set(local);
    }
  };
  const pushMean = ([total, other]: readonly Local[]): void => {
    f.get(total);
    f.get(other);
    f.op("f32x4.add");
    f.set(total);
    pushFolded(f, total, "f32x4.add");
    f.get(count);
    f.op("f32.div");
  };

  f.get(columns);
  f.op("f32.convert_i32_s");
  f.set(count);
  clear(mean, rest);
  let turn = 0;
  if (centered) {
    clear(...sums);
    emitRow(f, simd, columns, [source], (row, [from]) => {
      const sum = sums[turn++ % 2];
      row.load(from);
      row.keepInside();
      f.get(sum);
      f.op("f32x4.add");
      f.set(sum);
    });
    pushMean(sums);
    f.splat();
    f.set(mean);
  }
  clear(...sums, ...squares);
  emitRow(f, simd, columns, [source], (row, [from]) => {
    const [sum, square] = [sums[turn % 2], squares[turn++ % 2]];
    row.load(from);
    f.get(mean);
    f.op("f32x4.sub");
    row.keepInside();
    f.set(part);
    f.get(sum);
    f.get(part);
    f.op("f32x4.add");
    f.set(sum);
    f.get(v.multiplyAdd(part, part, square));
    f.set(square);
  });
  if (centered) {
    pushMean(sums);
    f.splat();
    f.set(rest);
  }
  const factor = f.local("v128");
  f.f32(1);
  pushMean(squares);
  f.get(rest);
  f.get(rest);
  f.op("f32x4.mul");
  f.lane("f32x4.extract_lane", 0);
  f.op("f32.sub");
  f.get(epsilon);
  f.op("f32.add");
  f.op("f32.sqrt");
  f.op("f32.div");
  f.splat();
  f.set(factor);
  emitRow(f, simd, columns, [source, target, scale, bias], (row, [from, to, times, plus]) => {
    row.load(from);
    if (centered) {
      f.get(mean);
      f.op("f32x4.sub");
      f.get(rest);
      f.op("f32x4.sub");
    }
    f.get(factor);
    f.op("f32x4.mul");
    row.load(times);
    f.op("f32x4.mul");
    row.load(plus);
    f.op("f32x4.add");
    row.store(to, v.take());
  });
  return f;
}
