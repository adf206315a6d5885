import type { Normalizer } from "@fovea/dot-product-attention";
import type { Local } from "@fovea/wasm-assembler";
import type { Exp2Constants } from "../vectors/exp2.ts";
import { emitExp2 } from "../vectors/exp2.ts";
import type { VectorEmitter } from "../vectors/vector-emitter.ts";
import { emitSigmoid } from "../vectors/vector-math.ts";

/** How scores weigh when their row's largest score and total or threshold are known, and how gradients of weights become gradients of scores. */
export type GradientRule = "softmax" | "sigmoid" | "relu" | "sparsemax" | "entmax15";

export const gradientRule: Readonly<Record<Normalizer, GradientRule>> = {
  softmax: "softmax",
  softmaxWithSink: "softmax",
  softmaxPlusOne: "softmax",
  sigmoid: "sigmoid",
  relu: "relu",
  sparsemax: "sparsemax",
  entmax15: "entmax15",
};

/** Rules whose gradients are taken from a mean over the row: Σ share × gradient, divided by Σ share where shares do not sum to 1. */
export const hasMean = (rule: GradientRule): boolean => rule !== "sigmoid" && rule !== "relu";
export const dividesMean = (rule: GradientRule): boolean => rule === "sparsemax" || rule === "entmax15";

/** A weight and its share in the row's mean. */
export interface Weighed {
  readonly weight: Local;
  readonly share: Local;
}

/** What a row's scores are weighed by, as in `weightRow`. */
export interface WeighedBy {
  /** The row's largest score. */
  readonly shift: Local;
  /** 1 / the total of everything that takes weight, or the threshold counted from the largest score. */
  readonly factor: Local;
  /** For softmax. */
  readonly exp2: Exp2Constants | null;
}

/** @param score -Infinity where hidden, which weighs 0 */
export function emitWeigh(v: VectorEmitter, rule: GradientRule, score: Local, by: WeighedBy): Weighed {
  const { shift, factor, exp2 } = by;
  if (rule === "softmax" && exp2) {
    // No score lies above the largest, unless forward was computed elsewhere and rounded otherwise: then it counts as the largest, and NaN stays.
    const power = v.op("f32x4.pmin", v.op("f32x4.sub", score, shift), 0);
    emitExp2(v.f, power, exp2, v.simd);
    const weight = v.op("f32x4.mul", power, factor);
    return { weight, share: weight };
  }
  if (rule === "sigmoid") {
    const weight = emitSigmoid(v, score);
    return { weight, share: weight };
  }
  if (rule === "relu") {
    const weight = v.op("f32x4.max", score, 0);
    return { weight, share: weight };
  }
  if (rule === "sparsemax") {
    const weight = v.op("f32x4.max", v.op("f32x4.sub", v.op("f32x4.sub", score, shift), factor), 0);
    return { weight, share: v.op("v128.and", v.op("f32x4.ne", weight, 0), v.floats(1)) };
  }
  const halved = v.op("f32x4.mul", v.op("f32x4.sub", score, shift), 0.5);
  const root = v.op("f32x4.max", v.op("f32x4.sub", halved, factor), 0);
  return { weight: v.op("f32x4.mul", root, root), share: root };
}

/** d loss / d score from d loss / d weight, for pairs that are seen.
 *  @see Martins & Astudillo 2016, prop. 2 (sparsemax); Peters et al. 2019, prop. 2 (entmax) */
export function emitScoreGradient(
  v: VectorEmitter,
  rule: GradientRule,
  { weight, share }: Weighed,
  gradient: Local,
  mean: Local,
): Local {
  if (rule === "sigmoid") return v.op("f32x4.mul", gradient, v.op("f32x4.mul", weight, v.op("f32x4.sub", 1, weight)));
  if (rule === "relu") return v.op("v128.and", gradient, v.op("f32x4.ne", weight, 0));
  const moved = v.op("f32x4.mul", share, v.op("f32x4.sub", gradient, mean));
  return rule === "softmax" ? moved : v.op("v128.and", moved, v.op("f32x4.ne", weight, 0));
}
