import { type Callee, FunctionBody } from "@fovea/wasm-assembler";
import type { Simd } from "../vectors/simd.ts";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { emitRow } from "./row-loop.ts";

/** `meanRows(source, sourceStride, target, rows, columns)`: target = the mean of the rows, which are added one after the other where the target lies.
 *  @param addRow index of `addRow(a, b, target, columns)` */
export function emitMeanRows(addRow: Callee, simd: Simd): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32", "i32", "i32"]);
  const [source, sourceStride, target, rows, columns] = Array.from({ length: 5 }, (_, i) => f.parameter(i));
  const v = new VectorEmitter(f, simd);
  const row = f.local("i32");
  const count = f.local("v128");

  f.get(target);
  f.i32(0);
  f.get(columns);
  f.i32(4);
  f.op("i32.mul");
  f.op("memory.fill", 0);
  f.assign(row, 0);
  f.forRange(row, rows, 1, () => {
    for (const local of [target, source, target, columns]) f.get(local);
    f.call(addRow);
    f.increase(source, sourceStride);
  });

  f.get(rows);
  f.op("f32.convert_i32_s");
  f.splat();
  f.set(count);
  emitRow(f, simd, columns, [target], (part, [to]) => {
    part.load(to);
    f.get(count);
    f.op("f32x4.div");
    part.store(to, v.take());
  });
  return f;
}
