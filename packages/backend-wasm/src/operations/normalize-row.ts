import { f32, f32x4, FunctionBody, type Local, type Value, written } from "@fovea/wasm-assembler";
import { folded } from "../vectors/fold-lanes.ts";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { emitRow } from "./row-loop.ts";
import type { Simd } from "../vectors/simd.ts";

/** `normalizeRow(source, target, columns, scale, bias, epsilon)`: (row - mean) / √(variance + epsilon) × scale + bias.
 *  Centered is layer normalization; otherwise the mean counts as 0 and the variance is the mean square (RMS normalization).
 *  Pass 1 sums the row, pass 2 what is left around that mean: its own mean, which rounding makes differ from 0, corrects mean and variance
 *  (Chan, Golub & LeVeque 1983, eq. 1.7), so that a row far from 0 loses nothing more than its numbers have lost; pass 3 writes. */
export function emitNormalizeRow(centered: boolean, simd: Simd): FunctionBody {
  const f = new FunctionBody();
  const { source, target, columns, scale, bias, epsilon } = f.parameters({
    source: "i32",
    target: "i32",
    columns: "i32",
    scale: "i32",
    bias: "i32",
    epsilon: "f32",
  });
  const v = new VectorEmitter(f, simd);
  /** Two of each take turns where a row is visited by eights: a single one would wait for itself. */
  const [sums, squares] = [f.locals("v128", 2), f.locals("v128", 2)];
  const [part, mean, rest] = f.locals("v128", 3);
  const count = f.local("f32");
  const clear = (...locals: readonly Local[]): void => {
    for (const local of locals) f.set(local, f32x4.const(0));
  };
  const meanOf = ([total, other]: readonly Local[]): Value =>
    written("f32", () => {
      f.set(total, f32x4.add(total, other));
      f.emit(f32.div(folded(f, total, "f32x4.add"), count));
    });

  f.set(count, f32.convert_i32_s(columns));
  clear(mean, rest);
  let turn = 0;
  if (centered) {
    clear(...sums);
    emitRow(f, simd, columns, [source], (row, [from]) => {
      const sum = sums[turn++ % 2];
      f.set(sum, f32x4.add(row.inside(row.load(from)), sum));
    });
    f.set(mean, f32x4.splat(meanOf(sums)));
  }
  clear(...sums, ...squares);
  emitRow(f, simd, columns, [source], (row, [from]) => {
    const [sum, square] = [sums[turn % 2], squares[turn++ % 2]];
    f.set(part, row.inside(f32x4.sub(row.load(from), mean)));
    f.set(sum, f32x4.add(sum, part));
    f.set(square, v.multiplyAdd(part, part, square));
  });
  if (centered) f.set(rest, f32x4.splat(meanOf(sums)));
  const factor = f.local("v128");
  const variance = f32.sub(meanOf(squares), f32x4.extract_lane(f32x4.mul(rest, rest), 0));
  f.set(factor, f32x4.splat(f32.div(1, f32.sqrt(f32.add(variance, epsilon)))));
  emitRow(f, simd, columns, [source, target, scale, bias], (row, [from, to, times, plus]) => {
    const numbers = row.load(from);
    const around = centered ? f32x4.sub(f32x4.sub(numbers, mean), rest) : numbers;
    row.store(to, v.value(f32x4.add(f32x4.mul(f32x4.mul(around, factor), row.load(times)), row.load(plus))));
  });
  return f;
}
