import { f32, f32x4, FunctionBody, i32 } from "@fovea/wasm-assembler";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { emitRow } from "./row-loop.ts";
import type { Simd } from "../vectors/simd.ts";

/** `combineRow(a, b, target, columns)`: target = a + b or a × b, writing nothing behind it. */
export function emitCombineRow(op: "add" | "mul", simd: Simd): FunctionBody {
  const f = new FunctionBody();
  const { a, b, target, columns } = f.parameters({ a: "i32", b: "i32", target: "i32", columns: "i32" });
  const v = new VectorEmitter(f, simd);
  emitRow(f, simd, columns, [a, b, target], (part, [left, right, to]) =>
    part.store(to, v.value(f32x4[op](part.load(left), part.load(right)))),
  );
  return f;
}

/** `copyRow(source, target, columns, columnStride)`: numbers `columnStride` bytes apart become neighbors. */
export function emitCopyRow(simd: Simd): FunctionBody {
  const f = new FunctionBody();
  const { source, target, columns, columnStride } = f.parameters({
    source: "i32",
    target: "i32",
    columns: "i32",
    columnStride: "i32",
  });
  const v = new VectorEmitter(f, simd);
  const index = f.local("i32");
  f.if(
    i32.eq(columnStride, 4),
    () => emitRow(f, simd, columns, [source, target], (part, [from, to]) => part.store(to, v.value(part.load(from)))),
    () => {
      f.set(index, 0);
      f.forRange(index, columns, 1, () => {
        f.emit(f32.store(target, f32.load(source)));
        f.increase(target, 4);
        f.increase(source, columnStride);
      });
    },
  );
  return f;
}
