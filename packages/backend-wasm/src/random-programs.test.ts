import { createPlan, referenceBackend, type Plan } from "@fovea/dot-product-attention";
import { createBlockMask } from "@fovea/masking";
import { interpret, type Input, type Operation, type Program, type Rule } from "@fovea/program";
import { randomProgram, scalarRules } from "@fovea/program/testing";
import { at, randomGenerator, tensor, toArray, type Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { createCall, tablesFrom } from "./testing/create-call.ts";
import { createWasmBackend } from "./wasm-backend.ts";

const [batch, heads, queries, keys, headDim] = [2, 2, 3, 13, 3];
const random = randomGenerator(11);
const query = random.normal([batch, heads, queries, headDim], { dtype: "float32" });
const key = random.normal([batch, heads, keys, headDim], { dtype: "float32" });
/** One-hot values: column k of an output row is the weight of key k. */
const value = tensor(
  Float32Array.from({ length: batch * heads * keys * keys }, (_, i) =>
    Number(Math.floor(i / keys) % keys === i % keys),
  ),
  { shape: [batch, heads, keys, keys] },
);
const queryOffsets = Int32Array.of(3, 0);
const sizes = { headDim, valueDim: keys, queryType: "float32", keyType: "float32", valueType: "float32" } as const;
const none = { score: null, mask: null, probability: null };

for (const relaxedSimd of [true, false]) {
  test(`random score programs change scores as they say, ${relaxedSimd ? "relaxed" : "plain"} SIMD`, () => {
    using wasm = createWasmBackend({ relaxedSimd });
    const next = randomGenerator(relaxedSimd ? 1 : 2).next;
    let asked = 0;
    for (let i = 0; i < 80; i++) {
      const program = randomProgram(next, { result: "float", depth: 1 + (i % 5) });
      // relu keeps positive scores, and one-hot values show them pair by pair
      const plan = createPlan({ ...sizes, ...none, score: program, normalizer: "relu" });
      const call = createCall({ query, key, value }, { queryOffsets, tables: tablesFrom({ score: program }) });
      const expected = referenceBackend.compile(plan).forward(call).output;
      if (!isSteady(program)) continue;
      const actual = wasm.compile(plan).forward(call).output;
      expectClose(actual, expected, plan);
      asked += 1;
    }
    expect(asked).toBeGreaterThan(50);
  });

  test(`random masks hide what they say, ${relaxedSimd ? "relaxed" : "plain"} SIMD`, () => {
    using wasm = createWasmBackend({ relaxedSimd });
    const next = randomGenerator(relaxedSimd ? 3 : 4).next;
    let asked = 0;
    const inputs: Input[] = ["batch", "head", "query", "key", "queries", "keys"];
    for (let i = 0; i < 80; i++) {
      const program = randomProgram(next, { result: "bool", depth: 1 + (i % 5), inputs });
      if (!isSteady(program)) continue;
      const plan = createPlan({ ...sizes, ...none, mask: program, normalizer: "sigmoid" });
      const tables = tablesFrom({ mask: program });
      const blockMask = createBlockMask(program, {
        batch,
        heads,
        queries,
        keys,
        queryBlock: 2,
        keyBlock: 8,
        queryOffset: [...queryOffsets],
      });
      for (const blocks of [null, blockMask]) {
        const call = createCall({ query, key, value }, { queryOffsets, tables, blockMask: blocks });
        const expected = referenceBackend.compile(plan).forward(call).output;
        expectClose(wasm.compile(plan).forward(call).output, expected, plan);
      }
      asked += 1;
    }
    expect(asked).toBeGreaterThan(50);
  });
}

/** Whether float32 can be expected to tell what float64 tells: no pair's result may hang on the last bits of something on the way. */
function isSteady(program: Program): boolean {
  const exact = pairs(program, (x) => x, 1);
  for (const nudge of [1, 1 + 2e-6, 1 - 2e-6]) {
    const rounded = pairs(program, Math.fround, nudge);
    for (const [i, x] of exact.entries()) if (!isClose(rounded[i], x, 1e-4)) return false;
  }
  return true;
}

/** What the program gives for every pair, every float result rounded and those of inexact operations moved a little. */
function pairs(program: Program, round: (x: number) => number, nudge: number): number[] {
  const inexact: readonly Operation[] = ["exp", "log", "tanh", "sigmoid", "sin", "cos", "power"];
  const rules = Object.fromEntries(
    (Object.keys(scalarRules) as Operation[]).map((op): [Operation, Rule<number>] => {
      const factor = inexact.includes(op) ? nudge : 1;
      return [
        op,
        (step, ...args) => {
          const result = scalarRules[op](step, ...args);
          return step.type === "float" ? round(result * factor) : result;
        },
      ];
    }),
  ) as Record<Operation, Rule<number>>;
  const results: number[] = [];
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let q = 0; q < queries; q++) {
        for (let k = 0; k < keys; k++) {
          let score = 0;
          for (let d = 0; d < headDim; d++) score += at(query, b, h, q, d) * at(key, b, h, k, d);
          const inputs: Record<Input, number> = {
            score: round((score * nudge) / Math.sqrt(headDim)),
            batch: b,
            head: h,
            query: q + queryOffsets[b],
            key: k,
            queries,
            keys,
          };
          results.push(
            interpret<number>(program, {
              ...rules,
              constant: (step, x) => (step.type === "float" ? round(x) : x),
              input: (_, input) => inputs[input],
              gather: (step, table, ...indices) => {
                const values = program.values[program.tables[table].name];
                const inside = indices.every((index, axis) => index >= 0 && index < values.shape[axis]);
                const element = inside ? at(values, ...indices) : 0;
                return step.type === "float" ? round(element) : element;
              },
            }),
          );
        }
      }
    }
  }
  return results;
}

function isClose(a: number, b: number, tolerance: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= tolerance * (1 + Math.abs(b));
}

function expectClose(actual: Tensor, expected: Tensor, plan: Plan): void {
  const [found, wanted] = [toArray(actual), toArray(expected)];
  const wrong = wanted.findIndex((x, i) => !isClose(found[i], x, 3e-4));
  expect(wrong < 0 ? "" : `element ${wrong}: expected ${wanted[wrong]}, got ${found[wrong]} from ${plan.key}`).toBe("");
}
