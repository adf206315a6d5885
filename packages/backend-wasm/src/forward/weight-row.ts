import { FunctionBody, type Local } from "@fovea/wasm-assembler";
import { emitExp2, prepareExp2 } from "../vectors/exp2.ts";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { emitSigmoid } from "../vectors/vector-math.ts";
import type { VectorProgram } from "../programs/vector-program.ts";
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
  const numbers = Array<"f32">(rule === "softmax" ? 3 : 2).fill("f32");
  const f = new FunctionBody(["i32", "i32", "i32", "i32", "i32", "i32", "i32", ...numbers]);
  const [row, width, keyStart, call, batch, head, query, shift, factor, unit] = Array.from({ length: 10 }, (_, index) =>
    f.parameter(index),
  );
  const v = new VectorEmitter(f, simd);
  const end = f.local("i32");
  const score = f.local("v128");
  const pair = vectorPair(simd).map((offset) => ({ offset, weight: f.local("v128"), seen: f.local("v128") }));
  const splat = (value: Local): Local => {
    f.get(value);
    f.splat();
    return v.take();
  };
  const shifts = splat(shift);
  const factors = splat(factor);
  const exp2 = rule === "softmax" ? prepareExp2(f, unit) : null;
  const byThreshold = rule === "sparsemax" || rule === "entmax15";
  // Elsewhere -Infinity weighs exactly 0 by itself.
  const selects = probability !== null || byThreshold;

  probability?.emitRow(f, { call, batch, head, query });
  const keys = startKeys(f, simd, keyStart);
  f.address(row, 0, width, 4);
  f.set(end);
  f.forAddresses(row, end, 16 * pair.length, () => {
    for (const [index, { offset, weight, seen }] of pair.entries()) {
      f.get(row);
      f.memory("v128.load", offset);
      f.set(score);
      if (selects) {
        f.get(score);
        f.f32x4(-Infinity);
        f.op("f32x4.ne");
        f.set(seen);
      }
      if (exp2) {
        f.get(score);
        f.get(shifts);
        f.op("f32x4.sub");
        f.set(weight);
        emitExp2(f, weight, exp2, simd);
        f.get(weight);
        f.get(factors);
        f.op("f32x4.mul");
      } else if (byThreshold) {
        f.get(emitOverThreshold(v, rule, v.op("f32x4.sub", score, shifts), factors));
      } else if (rule === "sigmoid") {
        f.get(emitSigmoid(v, score));
      } else {
        f.get(score);
        f.f32x4(0);
        f.op("f32x4.max");
      }
      f.set(weight);
      if (probability) {
        probability.emitPair(f, weight, keys[index]);
        f.set(weight);
      }
      if (!selects) continue;
      f.get(weight);
      f.get(seen);
      f.op("v128.and");
      f.set(weight);
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
