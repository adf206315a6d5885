import { programKey } from "@fovea/program";
import type { Program } from "@fovea/program";
import { describeValue, wholeNumber } from "@fovea/tensor";
import type { DType } from "@fovea/tensor";
import { AttentionError } from "./attention-error.ts";
import { checkProgram } from "./checks/check-program.ts";
import { checkNormalizer, type Normalizer } from "./normalizer.ts";

/** Everything a kernel is specialised for, and nothing that changes from call to call: frozen plain data, comparable by `key`, JSON-safe.
 *  Lengths, batch, head counts, scale, tables, sinks and block lists are passed to the kernel at call time. */
export interface Plan {
  readonly version: 1;
  /** 1 to `maximumDim`. */
  readonly headDim: number;
  readonly valueDim: number;
  /** Storage of query, key and value as they arrive. */
  readonly queryType: DType;
  readonly keyType: DType;
  readonly valueType: DType;
  /** Simplified programs without table values; null = identity (score, probability) or everything visible (mask). */
  readonly score: Program | null;
  readonly mask: Program | null;
  /** Changes the normalised weight of each pair that is seen: what multiplies the value is `probability(weight)`. */
  readonly probability: Program | null;
  readonly normalizer: Normalizer;
  /** Canonical text of all of the above. */
  readonly key: string;
}

/** Most numbers in a query, key or value vector: kernels are written for a size, and grow with it. Models have 32 to 576. */
export const maximumDim = 8192;

/** The parts of a plan that are chosen; version and key follow. */
export type PlanParts = Omit<Plan, "version" | "key">;

/** Freezes the parts of a plan and gives them their key. The programs may carry table values and need not be simplified: here they lose both.
 *  @throws {AttentionError} when a size, dtype, normalizer or program is not one a kernel can be made for */
export function createPlan(parts: PlanParts): Plan {
  const { headDim, valueDim, queryType, keyType, valueType, normalizer } = parts;
  for (const [name, size] of Object.entries({ headDim, valueDim })) {
    wholeNumber("createPlan", name, size, 1, maximumDim, AttentionError);
  }
  for (const [name, dtype] of Object.entries({ queryType, keyType, valueType })) {
    const types = name === "queryType" ? queryTypes : keyTypes;
    if (!types.includes(dtype)) {
      throw new AttentionError(
        `createPlan: expected ${name} to be one of ${types.join(", ")}, got ${describeValue(dtype)}. Cast first.`,
      );
    }
  }
  checkNormalizer("createPlan", normalizer);
  const score = parts.score === null ? null : checkProgram("score", parts.score).program;
  const mask = parts.mask === null ? null : checkProgram("mask", parts.mask).program;
  const probability = parts.probability === null ? null : checkProgram("probability", parts.probability).program;
  const sizes = `1|${headDim}|${valueDim}|${queryType}|${keyType}|${valueType}|${normalizer}`;
  const keys = [score, mask, probability].map((program) => (program ? programKey(program) : "-"));
  return Object.freeze({
    version: 1,
    headDim,
    valueDim,
    queryType,
    keyType,
    valueType,
    score,
    mask,
    probability,
    normalizer,
    key: [sizes, ...keys].join("\n"),
  });
}

/** Types that a query may have; the 16-bit ones are storage, computed in float32. */
export const queryTypes: readonly DType[] = ["float32", "float64", "float16", "bfloat16"];

/** Types that keys and values may have; int8 is storage with a scale per row, for inference only. */
export const keyTypes: readonly DType[] = [...queryTypes, "int8"];
