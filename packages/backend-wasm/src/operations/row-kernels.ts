import { FunctionBody } from "@fovea/wasm-assembler";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { emitRow } from "./row-loop.ts";
import type { Simd } from "../vectors/simd.ts";

/** `addRow(a, b, target, columns)`: target = a + b, writing nothing behind it. */
export function emitAddRow(simd: Simd): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32", "i32"]);
  const [a, b, target, columns] = [0, 1, 2, 3].map((index) => f.parameter(index));
  const v = new VectorEmitter(f, simd);
  emitRow(f, simd, columns, [a, b, target], (part, [left, right, to]) => {
    part.load(left);
    part.load(right);
    f.op("f32x4.add");
    part.store(to, v.take());
  });
  return f;
}

/** `copyRow(source, target, columns, columnStride)`: numbers `columnStride` bytes apart become neighbors. */
export function emitCopyRow(simd: Simd): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32", "i32"]);
  const [source, target, columns, columnStride] = [0, 1, 2, 3].map((index) => f.parameter(index));
  const v = new VectorEmitter(f, simd);
  const index = f.local("i32");
  f.get(columnStride);
  f.i32(4);
  f.op("i32.eq");
  f.if(
    () =>
      emitRow(f, simd, columns, [source, target], (part, [from, to]) => {
        part.load(from);
        part.store(to, v.take());
      }),
    () => {
      f.assign(index, 0);
      f.forRange(index, columns, 1, () => {
        f.get(target);
        f.get(source);
        f.memory("f32.load");
        f.memory("f32.store");
        f.increase(target, 4);
        f.increase(source, columnStride);
      });
    },
  );
  return f;
}
