import { attention, attentionGradients, type ProgramSource } from "@fovea/dot-product-attention";
import { type Scope, type Value } from "@fovea/program";
import { assertAllClose, randomGenerator, type Tensor, zeros } from "@fovea/tensor";
import { afterAll, expect, test } from "vitest";
import { createWasmBackend } from "./wasm-backend.ts";

const backend = createWasmBackend({ threads: 1 });
afterAll(() => backend.dispose());
const random = randomGenerator(2);
const [query, key, value, upstream] = [0, 1, 2, 3].map(() => random.normal([1, 1, 9, 4]));

const chain =
  (steps: number, step: (value: Value, scope: Scope) => Value): ProgramSource =>
  (scope) => {
    let result: Value = scope.score;
    for (let i = 0; i < steps; i++) result = step(result, scope);
    return result;
  };

/** Long chains of the operations that take most instructions. Each shrinks differences, so that numbers can be compared at the end. */
const chains: Readonly<Record<string, ProgramSource>> = {
  powers: chain(1000, (x) => x.absolute().power(0.99)),
  cosines: chain(4090, (x) => x.cos()),
  "hyperbolic tangents": chain(2000, (x) => x.tanh()),
  sigmoids: chain(4090, (x) => x.sigmoid()),
  remainders: chain(2000, (x) => x.remainder(3)),
};

test.each(Object.keys(chains))("the longest programs compile, forward and backward: %s", (name) => {
  const score = chains[name];
  const found = attentionGradients(query, key, value, upstream, { score, backend });
  const expected = attentionGradients(query, key, value, upstream, { score });
  for (const part of ["output", "query", "key", "value"] as const) {
    assertAllClose(found[part], expected[part], { absolute: 1e-4, relative: 1e-3 });
  }
});

const empty = (dim: number): Tensor => zeros([1, 1, 0, dim]);

test("empty tensors take no memory for tiles, however large their heads", () => {
  const before = backend.bytes;
  const { output } = attention(empty(8192), empty(8192), empty(8192), { backend });
  expect(output.shape).toEqual([1, 1, 0, 8192]);
  expect(backend.bytes - before).toBeLessThan(2 ** 20);
});

test("the largest heads are right", () => {
  const operands = [random.normal([1, 1, 3, 2]), random.normal([1, 1, 5, 2]), random.normal([1, 1, 5, 8192])] as const;
  const { output } = attention(...operands, { backend });
  assertAllClose(output, attention(...operands, {}).output, { absolute: 1e-5 });
});
