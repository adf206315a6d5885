import { fromJSON, toJSON } from "@fovea/program";
import type { ProgramJSON } from "@fovea/program";
import { AttentionError } from "./attention-error.ts";
import { createPlan } from "./plan.ts";
import type { Plan, PlanParts } from "./plan.ts";

/** A plan as JSON-safe data. */
export interface PlanJSON extends Omit<PlanParts, "score" | "mask" | "probability"> {
  readonly version: 1;
  readonly score: ProgramJSON | null;
  readonly mask: ProgramJSON | null;
  readonly probability: ProgramJSON | null;
}

export function planToJSON(plan: Plan): PlanJSON {
  const { version, headDim, valueDim, queryType, keyType, valueType, normalizer } = plan;
  return {
    version,
    headDim,
    valueDim,
    queryType,
    keyType,
    valueType,
    normalizer,
    score: plan.score && toJSON(plan.score),
    mask: plan.mask && toJSON(plan.mask),
    probability: plan.probability && toJSON(plan.probability),
  };
}

/** The plan that `planToJSON` wrote; text from strangers is safe to read, it is checked like any plan.
 *  @throws {AttentionError} for another version or anything a plan cannot hold
 *  @throws {ProgramError} for a damaged program */
export function planFromJSON(json: PlanJSON): Plan {
  if (json === null || typeof json !== "object" || json.version !== 1) {
    throw new AttentionError("planFromJSON: expected a plan of version 1, as planToJSON writes it.");
  }
  return createPlan({
    headDim: json.headDim,
    valueDim: json.valueDim,
    queryType: json.queryType,
    keyType: json.keyType,
    valueType: json.valueType,
    normalizer: json.normalizer,
    score: json.score && fromJSON(json.score),
    mask: json.mask && fromJSON(json.mask),
    probability: json.probability && fromJSON(json.probability),
  });
}
