import { fromJSON, toJSON } from "@fovea/program";
import type { Program, ProgramJSON } from "@fovea/program";
import { describeValue, readFields } from "@fovea/tensor";
import { AttentionError } from "./attention-error.ts";
import type { ProgramRole } from "./checks/check-program.ts";
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

/** The plan that `planToJSON` wrote. What it is given may come from a stranger: there must be every field and no other, and the parts are
 *  checked as for any plan. A mask that is missing is an error, not "no mask", which is null.
 *  @param json the data, or its text
 *  @throws {AttentionError} for another version, a field that is missing or unknown, or anything a plan cannot hold
 *  @throws {ProgramError} for a damaged program */
export function planFromJSON(json: unknown): Plan {
  const given = readFields(
    "planFromJSON: the plan",
    typeof json === "string" ? parse(json) : json,
    fields,
    AttentionError,
  );
  const { version, score, mask, probability, ...parts } = given;
  if (version !== 1) {
    throw new AttentionError(
      `planFromJSON: expected a plan of version 1, as planToJSON writes it, got version ${describeValue(version)}.`,
    );
  }
  return createPlan({
    // createPlan holds each against what is allowed
    ...(parts as Omit<PlanParts, "score" | "mask" | "probability">),
    score: readProgram("score", score),
    mask: readProgram("mask", mask),
    probability: readProgram("probability", probability),
  });
}

const fields = [
  ...(["version", "headDim", "valueDim", "queryType", "keyType", "valueType", "normalizer"] as const),
  ...(["score", "mask", "probability"] as const),
] satisfies (keyof PlanJSON)[];

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AttentionError("planFromJSON: the text is no JSON. It may be cut short.");
  }
}

function readProgram(role: ProgramRole, json: unknown): Program | null {
  if (json === null) return null;
  if (typeof json === "object") return fromJSON(json);
  throw new AttentionError(`planFromJSON: ${role} must be a program or null, got ${describeValue(json)}.`);
}
