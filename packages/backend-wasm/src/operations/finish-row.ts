import type { Activation } from "@fovea/block-operations";
import { FunctionBody } from "@fovea/wasm-assembler";
import { ConstantPool } from "../vectors/constant-pool.ts";
import type { Simd } from "../vectors/simd.ts";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { activationRules } from "./activation-row.ts";
import { emitRow } from "./row-loop.ts";

/** `finishRow(sums, scale, bias, residual, target, columns)`: target = activation(sums × scale + bias) + residual, writing nothing behind it. */
export function emitFinishRow(activation: Activation | null, simd: Simd): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32", "i32", "i32", "i32"]);
  const [sums, scale, bias, residual, target, columns] = Array.from({ length: 6 }, (_, i) => f.parameter(i));
  const rule = activation && activationRules[activation];
  const constants = new ConstantPool(simd, (v) => rule?.(v, v.local()));
  constants.load(f);
  const v = new VectorEmitter(f, simd, constants);
  emitRow(f, simd, columns, [sums, scale, bias, residual, target], (part, [from, times, plus, other, to]) => {
    part.load(from);
    part.load(times);
    f.op("f32x4.mul");
    part.load(plus);
    f.op("f32x4.add");
    const x = v.take();
    f.get(rule ? rule(v, x) : x);
    part.load(other);
    f.op("f32x4.add");
    part.store(to, v.take());
  });
  return f;
}
