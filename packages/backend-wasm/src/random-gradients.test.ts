import { createPlan, referenceBackend, type Call, type Gradients, type Plan } from "@fovea/dot-product-attention";
import { causal } from "@fovea/masking";
import type { Operation, Program } from "@fovea/program";
import { randomProgram } from "@fovea/program/testing";
import { map, randomGenerator, toArray } from "@fovea/tensor";
import { expect, test } from "vitest";
import { createCall, tablesFrom } from "./testing/create-call.ts";
import { byName, gradientOperands, relativeDifference } from "./testing/expect-gradients.ts";
import { createWasmBackend } from "./wasm-backend.ts";

const shape = { heads: 2, keyHeads: 1, queries: 7, keys: 19, headDim: 5, valueDim: 3 };
const [query, key, value, outputGradient] = gradientOperands(shape);
const sizes = { headDim: 5, valueDim: 3, queryType: "float32", keyType: "float32", valueType: "float32" } as const;
const none = { score: null, probability: null };

/** Without those that leave the range of float32 at once; the random tests of forward programs have them. */
const operations: readonly Operation[] = [
  ...(["add", "subtract", "multiply", "minimum", "maximum", "negate", "absolute", "tanh", "sigmoid", "sin"] as const),
  ...(["cos", "less", "lessEqual", "and", "or", "not", "select", "toFloat", "random", "remainder"] as const),
];

for (const role of ["score", "probability"] as const) {
  test(`gradients through random ${role} programs and by their tables`, () => {
    using wasm = createWasmBackend({ threads: 1 });
    const { next } = randomGenerator(role === "score" ? 21 : 22);
    let asked = 0;
    let tables = 0;
    for (let i = 0; i < 60; i++) {
      const program = randomProgram(next, { result: "float", depth: 1 + (i % 4), operations, specials: false });
      const normalizer = i % 2 === 0 ? "softmax" : "sigmoid";
      const plan = createPlan({ ...sizes, ...none, [role]: program, mask: causal(), normalizer });
      const call = callOf(plan, role, program, 1);
      const expected = reference(plan, call);
      // A kink or a jump may lie between float32 and float64; then a small step changes the reference as well.
      const moved = [1 + 1e-6, 1 - 1e-6].map((factor) => reference(plan, callOf(plan, role, program, factor)));
      if (moved.some((other) => furthest(other, expected) > 2e-4)) continue;
      const kernel = wasm.compile(plan);
      const actual = kernel.backward(call, kernel.forward(call), outputGradient);
      expect({ program: plan.key, difference: furthest(actual, expected) }).toEqual({
        program: plan.key,
        difference: expect.closeTo(0, 3) as number,
      });
      asked += 1;
      tables += Object.keys(expected.tables[role]).length;
    }
    expect(asked).toBeGreaterThan(40);
    expect(tables).toBeGreaterThan(3);
  });
}

function callOf(plan: Plan, role: "score" | "probability", program: Program, factor: number): Call {
  const values = tablesFrom({ [role]: program })[role];
  const kept = Object.fromEntries((plan[role]?.tables ?? []).map(({ name }) => [name, values[name]]));
  const tables = { score: {}, mask: {}, probability: {}, [role]: kept };
  const scaled = map(query, (x) => x * factor);
  return createCall({ query: scaled, key, value }, { tables, queryOffsets: Int32Array.of(12, 3) });
}

function reference(plan: Plan, call: Call): Gradients {
  const kernel = referenceBackend.compile(plan);
  return kernel.backward(call, kernel.forward(call), outputGradient);
}

/** The largest difference of any gradient, in parts of its largest number; gradients that are nothing but rounding are left out. */
function furthest(actual: Gradients, expected: Gradients): number {
  const given = byName(actual);
  let worst = 0;
  for (const [name, gradient] of Object.entries(byName(expected))) {
    const size = Math.max(...toArray(gradient).map(Math.abs));
    if (size < 1e-4) continue;
    const difference = relativeDifference(given[name], gradient);
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}
