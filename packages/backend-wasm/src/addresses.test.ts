import { quantizeWeight } from "@fovea/block-operations";
import { describeBackend } from "@fovea/conformance";
import { attention, attentionGradients, type AttentionOptions } from "@fovea/dot-product-attention";
import { rotaryTables } from "@fovea/embedding";
import { causal, documents } from "@fovea/masking";
import { KeyValueCache, multiHeadAttention, randomWeights } from "@fovea/multi-head-attention";
import { trace } from "@fovea/program";
import { quantizeRows, randomGenerator, slice, toArray, type Tensor } from "@fovea/tensor";
import { describe, expect, test } from "vitest";
import { BackendError } from "./backend-error.ts";
import { canReachHighMemory, fillBackend, highBackend, twoGiB } from "./testing/high-memory.ts";
import { createWasmBackend, type WasmBackend } from "./wasm-backend.ts";

const random = randomGenerator(3);
const normal = (...shape: number[]): Tensor => random.normal(shape, { dtype: "float32" });
const [query, key, value, upstream] = [0, 1, 2, 3].map(() => normal(1, 2, 70, 12));
const few = slice(query, [null, null, [0, 3]]);
const ids = Array.from({ length: 70 }, (_, i) => Math.floor(i / 30));
const biases = normal(70);
const score: AttentionOptions["score"] = (s) => s.score.add(s.table("biases", biases).at(s.key));
const [rows, weight] = [normal(40, 24), normal(24, 20)];
const tokenRows = normal(1, 8, 24);
const exponential = trace(({ score }) => score.exp());
const weights = randomWeights(random, { queryDim: 24, heads: 4, keyHeads: 2 });
const residual = normal(40, 20);
const angles = rotaryTables({ positions: 70, rotaryDim: 12 });

type Place = (tensor: Tensor) => Tensor;

/** Everything that a backend does, as lists of numbers. */
const work: Readonly<Record<string, (backend: WasmBackend, place: Place) => Tensor[]>> = {
  "attention with a mask": (backend, place) => [
    attention(place(query), place(key), place(value), { mask: causal(), backend }).output,
    attention(place(query), place(key), place(value), { mask: documents(ids), keyLengths: [61], backend }).output,
  ],
  "attention without one": (backend, place) => [attention(place(query), place(key), place(value), { backend }).output],
  "a few queries against a cache": (backend, place) => [
    attention(place(few), place(key), place(value), { mask: causal(), queryOffset: 67, score, backend }).output,
    attention(place(few), quantizeRows(key), quantizeRows(value), { backend }).output,
  ],
  "whole rows": (backend, place) => [
    attention(place(query), place(key), place(value), { normalizer: "sparsemax", score, backend }).output,
    attention(place(query), place(key), place(value), { normalizer: "sigmoid", mask: causal(), backend }).output,
  ],
  gradients: (backend, place) => {
    const operands = [query, key, value, upstream].map(place) as [Tensor, Tensor, Tensor, Tensor];
    const found = attentionGradients(...operands, { mask: causal(), score, backend });
    return [found.query, found.key, found.value, found.tables.score["biases"]];
  },
  "a cache token by token": (backend, place) => {
    using cache = new KeyValueCache({ backend });
    return [0, 1, 2, 3].map((token) => {
      const tokens = place(slice(tokenRows, [null, [token * 2, token * 2 + 2]]));
      return multiHeadAttention(weights, tokens, { heads: 4, mask: causal(), backend, cache }).output;
    });
  },
  operations: ({ operations }, place) => [
    operations.linear(place(rows), place(weight), { activation: "gelu", residual: place(residual) }),
    operations.linear(place(slice(rows, [[0, 2]])), quantizeWeight(weight)),
    operations.matmul(place(rows), place(rows), { transposeB: true }),
    operations.layerNorm(place(rows)),
    operations.map(place(rows), exponential),
    operations.meanRows(place(rows), [30, 10]),
    operations.rotary(place(query), angles),
  ],
};

/** All work with operands outside the memory and inside. */
const results = (backend: WasmBackend): Record<string, number[][]> =>
  Object.fromEntries(
    Object.entries(work).map(([name, run]) => {
      const places: Place[] = [(t) => t, (t) => backend.place(t)];
      return [name, places.flatMap((place) => run(backend, place).map((result) => Array.from(toArray(result))))];
    }),
  );

describe.skipIf(!canReachHighMemory)("addresses above 2 GiB", () => {
  // Everything is float32: where all scores lie around 1000, a logSumExp is known to 3e-5, and gradients to little more.
  describeBackend("wasm, beyond 2 GiB", () => highBackend({ threads: 1 }), { absolute: 5e-6, relative: 2e-5 });

  const low = createWasmBackend({ threads: 1 });
  const expected = results(low);
  // the further below, the later a block comes to lie across: operands first, then scratch memory, results and kernels' records
  const starts = Array.from({ length: 16 }, (_, step) => twoGiB - 64 * 50 * step * step);

  test.each([...starts, 2 ** 32 - 2 ** 22])("not a bit depends on where things lie: from %i on", (start) => {
    using backend = createWasmBackend({ threads: 1 });
    fillBackend(backend, start);
    expect(results(backend)).toEqual(expected);
  });

  test("threads take tasks there as well", async () => {
    const operands = [0, 1, 2].map(() => normal(1, 4, 300, 32)) as [Tensor, Tensor, Tensor];
    const below = toArray(attention(...operands, { mask: causal(), backend: low }).output);
    using backend = createWasmBackend({ threads: 2 });
    await backend.startThreads();
    fillBackend(backend, twoGiB);
    for (let call = 0; call < 5; call++) {
      expect(toArray(attention(...operands, { mask: causal(), backend }).output)).toEqual(below);
    }
    expect(backend.threads).toBe(2);
  });

  test("memory that runs out at 4 GiB is a BackendError, and what fits afterwards is right", () => {
    using backend = createWasmBackend({ threads: 1 });
    const release = fillBackend(backend, 2 ** 32 - 2 ** 17);
    for (const run of Object.values(work)) expect(() => run(backend, (t) => t)).toThrow(BackendError);
    release();
    expect(results(backend)).toEqual(expected);
  });
});
