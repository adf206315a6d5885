import { causal } from "@fovea/masking";
import { trace } from "@fovea/program";
import { tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { AttentionError } from "./attention-error.ts";
import { createPlan } from "./plan.ts";
import type { PlanParts } from "./plan.ts";
import { planFromJSON, planToJSON } from "./plan-json.ts";
import { prepareCall } from "./prepare-call.ts";
import { referenceBackend } from "./reference/reference-backend.ts";
import { randomOperands } from "./testing/random-operands.ts";

const alibi = (slopes: readonly number[]): PlanParts["score"] =>
  trace(({ score, head, query, key, table }) =>
    score.add(table("slope", tensor([...slopes])).at(head).multiply(key.subtract(query))),
  ); // prettier-ignore
const parts: PlanParts = {
  headDim: 8,
  valueDim: 4,
  queryType: "float32",
  keyType: "float16",
  valueType: "float16",
  score: alibi([0.5, 0.25]),
  mask: causal(),
  probability: null,
  normalizer: "softmax",
};

test("a plan is frozen, and its programs carry no table values", () => {
  const plan = createPlan(parts);
  expect(Object.isFrozen(plan)).toBe(true);
  expect(plan.score?.values).toEqual({});
});

test("plans that differ only in table values are the same plan", () => {
  expect(createPlan({ ...parts, score: alibi([1, 2, 3]) }).key).toBe(createPlan(parts).key);
});

test("everything a kernel is specialised for is in the key", () => {
  const changes: Partial<PlanParts>[] = [
    { headDim: 9 },
    { valueDim: 5 },
    { queryType: "float64" },
    { keyType: "bfloat16" },
    { valueType: "float32" },
    { score: null },
    { mask: null },
    { probability: trace(({ score }) => score.multiply(2)) },
    { normalizer: "relu" },
  ];
  const keys = [{}, ...changes].map((change) => createPlan({ ...parts, ...change }).key);
  expect(new Set(keys).size).toBe(keys.length);
});

test("a program that changes nothing is no program", () => {
  const plan = createPlan({
    ...parts,
    score: trace(({ score }) => score.multiply(1)),
    mask: trace(() => true),
    probability: trace(({ score }) => score),
  });
  expect([plan.score, plan.mask, plan.probability]).toEqual([null, null, null]);
});

test("lengths, batch, heads, scale, tables and offsets are no part of a plan", () => {
  const small = randomOperands(1, { batch: 1, heads: 2, keyHeads: 1, queries: 1, keys: 9 });
  const large = randomOperands(2, { batch: 3, heads: 4, keyHeads: 4, queries: 8, keys: 8 });
  const score = alibi([1, 2]);
  const first = prepareCall(small.query, small.key, small.value, { score, mask: causal() }, referenceBackend);
  const tables = { score: { slope: tensor([4, 3, 2, 1]) } };
  const second = prepareCall(
    large.query,
    large.key,
    large.value,
    { score, tables, scale: 3, queryOffset: 2, keyLengths: [1, 2, 3], mask: causal() },
    referenceBackend,
  );
  expect(second.plan.key).toBe(first.plan.key);
});

test("through JSON text and back a plan keeps its key", () => {
  const plan = createPlan(parts);
  const back = planFromJSON(JSON.parse(JSON.stringify(planToJSON(plan))));
  expect(back.key).toBe(plan.key);
  expect(back).toEqual(plan);
});

test("a plan of another version, size or type is refused", () => {
  const json = planToJSON(createPlan(parts));
  expect(() => planFromJSON({ ...json, version: 2 as 1 })).toThrow(AttentionError);
  for (const field of ["headDim", "keyType", "normalizer"]) {
    expect(() => planFromJSON({ ...json, [field]: { toString: 1 } })).toThrow(AttentionError);
  }
  expect(() => planFromJSON({ ...json, headDim: 0 })).toThrow(
    "createPlan: headDim must be a whole number from 1 to 8192, got 0",
  );
  expect(() => createPlan({ ...parts, keyType: "int32" })).toThrow("expected keyType to be one of float32");
  expect(() => createPlan({ ...parts, mask: parts.score })).toThrow("expected the mask program to give a bool");
});
