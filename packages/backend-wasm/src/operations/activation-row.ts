import { FunctionBody, type Local } from "@fovea/wasm-assembler";
import { ConstantPool } from "../vectors/constant-pool.ts";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { emitExp, emitSigmoid, emitTanh } from "../vectors/vector-math.ts";
import type { Activation } from "@fovea/block-operations";
import { emitRow } from "./row-loop.ts";
import type { Simd } from "../vectors/simd.ts";

/** What each activation does to four numbers; relative errors against the exact value. */
export const activationRules: Readonly<Record<Activation, (v: VectorEmitter, x: Local) => Local>> = {
  // x < 0 ? 0 : x, so that NaN stays
  relu: (v, x) => v.op("v128.andnot", x, v.op("f32x4.lt", x, 0)),
  gelu: (v, x) => weigh(v, x, normalChance(v, x)),
  // (1 + tanh(u)) / 2 = sigmoid(2u), which does not cancel for negative u
  geluTanh: (v, x) => {
    const cube = v.op("f32x4.mul", v.op("f32x4.mul", x, x), v.op("f32x4.mul", x, 0.044715));
    return weigh(v, x, emitSigmoid(v, v.op("f32x4.mul", v.op("f32x4.add", x, cube), 2 * Math.sqrt(2 / Math.PI))));
  },
  silu: (v, x) => weigh(v, x, emitSigmoid(v, x)),
  tanh: (v, x) => emitTanh(v, x),
  sigmoid: (v, x) => emitSigmoid(v, x),
};

/** x × weight, 0 where the weight has vanished: an infinite x then gives the limit and not NaN. */
function weigh(v: VectorEmitter, x: Local, weight: Local): Local {
  return v.op("v128.and", v.op("f32x4.mul", x, weight), v.op("f32x4.ne", weight, 0));
}

/** The chance that a standard normal number is below x: erfc(-x / √2) / 2, relative error 3e-7 + 6e-8 x². Past 13 below, 0.
 *  erfc(z) = t e^(-z² + P(t)), t = 1 / (1 + z / 2), by Chebyshev fit (Press et al., Numerical Recipes, 6.2: 1.2e-7 everywhere). */
function normalChance(v: VectorEmitter, x: Local): Local {
  const z = v.op("f32x4.mul", v.op("f32x4.abs", x), Math.SQRT1_2);
  const t = v.op("f32x4.div", 1, v.multiplyAdd(z, 0.5, 1));
  const fit = v.polynomial(
    t,
    [
      -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
      0.17087277,
    ],
  );
  const half = v.op("f32x4.mul", x, x);
  const exponent = v.op("f32x4.add", v.op("f32x4.mul", half, -0.5), fit);
  const tail = v.op("f32x4.mul", v.op("f32x4.mul", t, 0.5), emitExp(v, exponent));
  return v.choose(v.op("f32x4.lt", x, 0), tail, v.op("f32x4.sub", 1, tail));
}

/** `activationRow(source, target, columns)`: one row, also in place. */
export function emitActivationRow(activation: Activation, simd: Simd): FunctionBody {
  const f = new FunctionBody();
  const { source, target, columns } = f.parameters({ source: "i32", target: "i32", columns: "i32" });
  const rule = activationRules[activation];
  const constants = new ConstantPool(simd, (v) => rule(v, v.local()));
  constants.load(f);
  const v = new VectorEmitter(f, simd, constants);
  emitRow(f, simd, columns, [source, target], (part, [from, to]) => {
    part.store(to, rule(v, v.value(part.load(from))));
  });
  return f;
}
