import { FunctionBody } from "../assembler.ts";
import { VectorEmitter } from "../vector-emitter.ts";
import { emitRow } from "./row-loop.ts";

/** `affineRow(row, columns, scale, bias)`: row × scale + bias in place, in whole vectors: for rows in scratch. */
export function emitAffineRow(): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32", "i32"]);
  const [row, columns, scale, bias] = [0, 1, 2, 3].map((index) => f.parameter(index));
  const end = f.local("i32");
  f.address(row, 0, columns, 4);
  f.set(end);
  f.forRange(row, end, 16, () => {
    f.get(row);
    f.get(row);
    f.memory("v128.load");
    f.get(scale);
    f.memory("v128.load");
    f.op("f32x4.mul");
    f.get(bias);
    f.memory("v128.load");
    f.op("f32x4.add");
    f.memory("v128.store");
    f.increase(scale, 16);
    f.increase(bias, 16);
  });
  return f;
}

/** `addRow(a, b, target, columns)`: target = a + b, writing nothing behind it. */
export function emitAddRow(relaxed: boolean): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32", "i32"]);
  const [a, b, target, columns] = [0, 1, 2, 3].map((index) => f.parameter(index));
  const v = new VectorEmitter(f, relaxed);
  emitRow(f, columns, [a, b, target], (part, [left, right, to]) => {
    part.load(left);
    part.load(right);
    f.op("f32x4.add");
    part.store(to, v.take());
  });
  return f;
}

/** `copyRow(source, target, columns, columnStride)`: numbers `columnStride` bytes apart become neighbors. */
export function emitCopyRow(relaxed: boolean): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32", "i32"]);
  const [source, target, columns, columnStride] = [0, 1, 2, 3].map((index) => f.parameter(index));
  const v = new VectorEmitter(f, relaxed);
  const index = f.local("i32");
  f.get(columnStride);
  f.i32(4);
  f.op("i32.eq");
  f.if(
    () =>
      emitRow(f, columns, [source, target], (part, [from, to]) => {
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
