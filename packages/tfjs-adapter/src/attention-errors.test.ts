import { attention as judge } from "@fovea/dot-product-attention";
import { causal } from "@fovea/masking";
import { trace } from "@fovea/program";
import { tensor } from "@fovea/tensor";
import { ones, slice, tidy, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { attention } from "./attention.ts";
import type { AttentionOptions } from "./options.ts";
import { toTf } from "./testing/convert.ts";
import { backendNames, useBackend } from "./testing/use-backend.ts";

const shape = [1, 4, 3, 2];

/** What attention says about some inputs and options. */
function complaint(make: () => { query?: unknown; key?: unknown; value?: unknown; options?: unknown }): string {
  return tidy(() => {
    const given = { query: ones(shape), key: ones(shape), value: ones(shape), ...make() };
    try {
      attention(given.query as Tensor, given.key as Tensor, given.value as Tensor, given.options as AttentionOptions);
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
    return "nothing";
  });
}

describe.each(backendNames)("errors of attention on %s", (backend) => {
  useBackend(backend);

  test.each(["fused", "composite"] as const)("%s: wrong shapes and types", (kernels) => {
    const options = { kernels };
    expect(complaint(() => ({ query: ones([4, 3, 2]), options }))).toBe(
      "ShapeError: attention: expected query [batch, heads, queries, headDim] of rank 4, got [4, 3, 2]. Reshape it first.",
    );
    expect(complaint(() => ({ query: ones(shape, "int32"), options }))).toBe(
      "DTypeError: attention: expected query to hold float32, float64, float16, bfloat16, got int32. Cast it first.",
    );
    expect(complaint(() => ({ key: ones([1, 3, 3, 2]), value: ones([1, 3, 3, 2]), options }))).toMatch(
      /^ShapeError: .*query heads must be a multiple of key heads, got 4 and 3/,
    );
    expect(complaint(() => ({ options }))).toBe("nothing");
  });

  test("what is no tensor, or one that has been disposed of", () => {
    const gone = ones(shape);
    gone.dispose();
    expect(complaint(() => ({ key: gone }))).toMatch(
      /^AdapterError: attention: key \[1, 4, 3, 2\] has been disposed of\. Keep it/,
    );
    expect(complaint(() => ({ value: [[[[1]]]] }))).toMatch(
      /^AdapterError: attention: expected value to be a tf\.Tensor, got an array/,
    );
    const sinks = ones([4]);
    sinks.dispose();
    expect(complaint(() => ({ options: { sinks } }))).toMatch(/sinks \[4\] has been disposed of/);
  });

  test("options that do not exist, and tables that do not fit", () => {
    expect(complaint(() => ({ options: { masks: null } }))).toMatch(
      /^AdapterError: attention: there is no option "masks"\. There are score, mask, /,
    );
    expect(complaint(() => ({ options: { kernels: "quick" } }))).toMatch(
      /expected kernels "auto", "fused" or "composite", got "quick"/,
    );
    const score = trace(({ score: s, head, table }) => s.multiply(table("gain", { type: "float", rank: 1 }).at(head)));
    expect(complaint(() => ({ options: { score } }))).toMatch(/table "gain" of the score program has no values/);
    const gain = ones([3]);
    expect(complaint(() => ({ options: { score, tables: { score: { gain } } } }))).toMatch(
      /Make the table at least 4 long/,
    );
    gain.dispose();
  });

  test("a past that does not continue", () => {
    const past = { key: ones([1, 4, 2, 3]), value: ones([1, 4, 2, 2]) };
    expect(complaint(() => ({ options: { past } }))).toMatch(
      /expected past\.key to differ from what follows in its keys only/,
    );
    past.key.dispose();
    past.value.dispose();
  });

  test("a past is put before the keys, and the queries follow it", () => {
    const [query, key, value] = [1, 2, 3].map((step) =>
      tensor(
        Float32Array.from({ length: 12 }, (_, i) => Math.sin(step * i)),
        { shape: [1, 1, 6, 2] },
      ),
    );
    const expected = judge(query, key, value, { mask: causal() }).output.data.slice(8);
    const found = tidy(() => {
      const [q, k, v] = [query, key, value].map((all) => toTf<Tensor4D>(all));
      const past = { key: cut(k, 0, 4), value: cut(v, 0, 4) };
      return attention(cut(q, 4, 2), cut(k, 4, 2), cut(v, 4, 2), { mask: causal(), past }).dataSync();
    });
    for (const [index, number] of found.entries()) expect(number).toBeCloseTo(expected[index], 5);
  });
});

const cut = (all: Tensor4D, from: number, size: number): Tensor4D => slice(all, [0, 0, from, 0], [1, 1, size, 2]);
