import type { Activation } from "@fovea/block-operations";
import { f32x4, FunctionBody } from "@fovea/wasm-assembler";
import { ConstantPool } from "../vectors/constant-pool.ts";
import type { Simd } from "../vectors/simd.ts";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { activationRules } from "./activation-row.ts";
import { emitRow } from "./row-loop.ts";

/** `finishRow(sums, scale, bias, residual, target, columns)`: target = activation(sums × scale + bias) + residual, writing nothing behind it. */
export function emitFinishRow(activation: Activation | null, simd: Simd): FunctionBody {
  const f = new FunctionBody();
  const { sums, scale, bias, residual, target, columns } = f.parameters({
    sums: "i32",
    scale: "i32",
    bias: "i32",
    residual: "i32",
    target: "i32",
    columns: "i32",
  });
  const rule = activation && activationRules[activation];
  const constants = new ConstantPool(simd, (v) => rule?.(v, v.local()));
  constants.load(f);
  const v = new VectorEmitter(f, simd, constants);
  emitRow(f, simd, columns, [sums, scale, bias, residual, target], (part, [from, times, plus, other, to]) => {
    const x = v.value(f32x4.add(f32x4.mul(part.load(from), part.load(times)), part.load(plus)));
    part.store(to, v.value(f32x4.add(rule ? rule(v, x) : x, part.load(other))));
  });
  return f;
}
