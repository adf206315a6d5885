import { address, f32x4, FunctionBody, type Local, v128, type Value } from "@fovea/wasm-assembler";
import { emitExp2, prepareExp2 } from "../vectors/exp2.ts";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { emitSigmoid } from "../vectors/vector-math.ts";
import { scopeParameters } from "../programs/score-row.ts";
import { pairValue, type VectorProgram } from "../programs/vector-program.ts";
import type { Simd } from "../vectors/simd.ts";
import { nextKeys, startKeys, storePair, vectorPair } from "../vectors/vector-pairs.ts";

/** How one score becomes a weight when nothing more of its row has to be known. */
export type WeightRule =
  /** 2^((score - shift) × unit) × factor: softmax, once the row's largest score and total are known. */
  | "softmax"
  | "sigmoid"
  | "relu"
  /** max(0, score - shift - factor): the row's largest score is the shift, its threshold from there the factor. */
  | "sparsemax"
  /** max(0, (score - shift) / 2 - factor)² */
  | "entmax15";

/** `weightRow(row, width8, keyStart, call, batch, head, query, shift, factor[, unit])`: one row of scores becomes weights, in place, each pair by itself; then
 *  the probability program changes the weights of pairs that are seen. Hidden pairs (score -Infinity) weigh exactly 0. */
export function emitWeightRow(rule: WeightRule, probability: VectorProgram | null, simd: Simd): FunctionBody {
  const f = new FunctionBody();
  const { row, width, keyStart, shift, factor, unit, ...scope } = f.parameters({
    row: "i32",
    width: "i32",
    keyStart: "i32",
    ...scopeParameters,
    shift: "f32",
    factor: "f32",
    unit: rule === "softmax" ? "f32" : undefined,
  });
  const v = new VectorEmitter(f, simd);
  const end = f.local("i32");
  const score = f.local("v128");
  const pair = vectorPair(simd).map((offset) => ({ offset, weight: f.local("v128"), seen: f.local("v128") }));
  const splat = (value: Local): Local => {
    return v.value(f32x4.splat(value));
  };
  const shifts = splat(shift);
  const factors = splat(factor);
  const exp2 = unit && prepareExp2(f, unit);
  const byThreshold = rule === "sparsemax" || rule === "entmax15";
  // Elsewhere -Infinity weighs exactly 0 by itself.
  const selects = probability !== null || byThreshold;

  probability?.emitRow(f, scope);
  const keys = startKeys(f, simd, keyStart);
  f.set(end, address(row, 0, width, 4));
  f.forAddresses(row, end, 16 * pair.length, () => {
    for (const [index, { offset, weight, seen }] of pair.entries()) {
      f.set(score, v128.load(row, offset));
      if (selects) f.set(seen, f32x4.ne(score, -Infinity));
      const weigh = (): Value => {
        if (exp2) {
          f.set(weight, f32x4.sub(score, shifts));
          emitExp2(f, weight, exp2, simd);
          return f32x4.mul(weight, factors);
        }
        if (byThreshold) return emitOverThreshold(v, rule, v.op("f32x4.sub", score, shifts), factors);
        return rule === "sigmoid" ? emitSigmoid(v, score) : f32x4.max(score, 0);
      };
      f.set(weight, weigh());
      if (probability) f.set(weight, pairValue(f, probability, weight, keys[index]));
      if (selects) f.set(weight, v128.and(weight, seen));
    }
    storePair(
      f,
      row,
      0,
      pair.map(({ weight }) => weight),
    );
    if (probability) nextKeys(f, keys);
  });
  return f;
}

function emitOverThreshold(v: VectorEmitter, rule: "sparsemax" | "entmax15", distance: Local, threshold: Local): Local {
  if (rule === "sparsemax") return v.op("f32x4.max", v.op("f32x4.sub", distance, threshold), 0);
  const root = v.op("f32x4.max", v.op("f32x4.sub", v.op("f32x4.mul", distance, 0.5), threshold), 0);
  return v.op("f32x4.mul", root, root);
}
