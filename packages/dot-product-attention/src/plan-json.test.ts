import { causal } from "@fovea/masking";
import { evaluate, fromJSON, ProgramError, trace } from "@fovea/program";
import { mutateJSON } from "@fovea/program/testing";
import { randomGenerator } from "@fovea/tensor";
import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { AttentionError } from "./attention-error.ts";
import { createPlan } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { planFromJSON, planToJSON } from "./plan-json.ts";

const plan = createPlan({
  headDim: 8,
  valueDim: 4,
  queryType: "float32",
  keyType: "float16",
  valueType: "float32",
  score: trace(({ score, head, table }) => score.multiply(table("factor", [1, 2]).at(head))),
  mask: causal(),
  probability: null,
  normalizer: "softmax",
});
const document = planToJSON(plan);

test("a plan is read from data and from text", () => {
  expect(planFromJSON(document)).toEqual(plan);
  expect(planFromJSON(JSON.stringify(document))).toEqual(plan);
});

test("a mask that is missing is an error, and never no mask", () => {
  const { mask: _, ...without } = document;
  expect(() => planFromJSON(without)).toThrow(AttentionError);
  expect(() => planFromJSON(without)).toThrow("planFromJSON: the plan lacks mask.");
  for (const mask of [0, false, "", undefined, []])
    expect(() => planFromJSON({ ...document, mask })).toThrow(/mask must be a program or null|must be an object/);
  expect(planFromJSON({ ...document, mask: null }).mask).toBe(null);
});

const refused: readonly (readonly [string, unknown, string])[] = [
  ["nothing", undefined, "the plan must be an object, got undefined"],
  ["a number", 0, "the plan must be an object, got 0"],
  ["false", false, "the plan must be an object, got false"],
  ["no text", "", "the text is no JSON"],
  ["a list", [document], "the plan must be an object, got an array"],
  [
    "another version",
    { ...document, version: 2 },
    "expected a plan of version 1, as planToJSON writes it, got version 2",
  ],
  ["an unknown field", { ...document, masks: null }, 'the plan has an unknown field "masks"'],
  [
    "a missing size",
    { ...document, valueDim: undefined },
    "valueDim must be a whole number from 1 to 8192, got undefined",
  ],
  ["a size as text", { ...document, headDim: "8" }, 'headDim must be a whole number from 1 to 8192, got "8"'],
  ["no size", { ...document, headDim: 0 }, "headDim must be a whole number from 1 to 8192, got 0"],
  ["more than a kernel is written for", { ...document, valueDim: 8193 }, "from 1 to 8192, got 8193"],
  ["a type that no query has", { ...document, queryType: "int8" }, "expected queryType to be one of float32"],
  ["a type without a name", { ...document, keyType: Object.create(null) }, "got an object. Cast first."],
  ["another normalizer", { ...document, normalizer: ["softmax"] }, "got an array"],
];
test.each(refused)("%s is refused", (_, given, message) => {
  expect(() => planFromJSON(given)).toThrow(AttentionError);
  expect(() => planFromJSON(given)).toThrow(message);
});

test("the largest sizes are taken", () => {
  expect(planFromJSON({ ...document, headDim: 8192, valueDim: 8192 }).headDim).toBe(8192);
});

test("a document with one change anywhere is refused by type, or a plan that masks as it says", () => {
  const holds = property(integer(), (seed) => {
    const changed = mutateJSON(document, randomGenerator(seed).next);
    const [read, error] = attempt(changed);
    expect(error === null || error instanceof AttentionError || error instanceof ProgramError).toBe(true);
    expect(read?.mask !== null || showsHiddenPairs((changed as typeof document).mask)).toBe(true);
  });
  assert(holds, { numRuns: 3000 });
});

/** Whether a mask as it was written lets a query see the key after it: causal, changed so, or none. */
function showsHiddenPairs(mask: unknown): boolean {
  return mask === null || evaluate(fromJSON(mask), { query: 0, key: 1, score: 0 }) === true;
}

function attempt(given: unknown): readonly [Plan | null, unknown] {
  try {
    return [planFromJSON(given), null];
  } catch (error) {
    return [null, error];
  }
}
