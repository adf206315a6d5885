import { type Callee, f32, f32x4, FunctionBody, i32 } from "@fovea/wasm-assembler";
import type { Simd } from "../vectors/simd.ts";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { emitRow } from "./row-loop.ts";

/** `meanRows(source, sourceStride, target, rows, columns)`: target = the mean of the rows, which are added one after the other where the target lies.
 *  @param addRow the function `addRow(a, b, target, columns)` */
export function emitMeanRows(addRow: Callee, simd: Simd): FunctionBody {
  const f = new FunctionBody();
  const { source, sourceStride, target, rows, columns } = f.parameters({
    source: "i32",
    sourceStride: "i32",
    target: "i32",
    rows: "i32",
    columns: "i32",
  });
  const v = new VectorEmitter(f, simd);
  const row = f.local("i32");
  const count = f.local("v128");

  f.fillMemory(target, 0, i32.mul(columns, 4));
  f.set(row, 0);
  f.forRange(row, rows, 1, () => {
    f.call(addRow, target, source, target, columns);
    f.increase(source, sourceStride);
  });

  f.set(count, f32x4.splat(f32.convert_i32_s(rows)));
  emitRow(f, simd, columns, [target], (part, [to]) => {
    part.store(to, v.value(f32x4.div(part.load(to), count)));
  });
  return f;
}
