import { causal } from "@fovea/masking";
import { broadcastTo, quantizeRows, slice, tensor, toFloat64, transpose } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { describe, test } from "vitest";
import { randomOperands } from "./random-operands.ts";
import type { RandomOperands, Shape } from "./random-operands.ts";
import type { Suite } from "./suite.ts";

const shapes: readonly Shape[] = [
  { batch: 1, heads: 1, keyHeads: 1, queries: 1, keys: 1, headDim: 1, valueDim: 1 },
  { headDim: 1, valueDim: 3 },
  { headDim: 3, valueDim: 1 },
  { headDim: 17, valueDim: 5, queries: 19, keys: 6 },
  { headDim: 64, valueDim: 64, batch: 1, queries: 33, keys: 70 },
  { headDim: 80, valueDim: 48, batch: 1, heads: 3, keyHeads: 3, queries: 50, keys: 35 },
  { headDim: 64, valueDim: 17, batch: 1, heads: 6, keyHeads: 1, queries: 7, keys: 131 },
  { headDim: 8, valueDim: 16, heads: 4, keyHeads: 4, queries: 1, keys: 67 },
  { headDim: 8, valueDim: 8, heads: 6, keyHeads: 2, queries: 99, keys: 1 },
  { headDim: 4, valueDim: 4, batch: 1, heads: 1, keyHeads: 1, queries: 194, keys: 199 },
  { headDim: 4, valueDim: 4, keys: 0 },
  { headDim: 4, valueDim: 4, queries: 0 },
];

const written = ({ batch = 2, heads = 4, keyHeads = 2, queries = 13, keys = 19, headDim, valueDim }: Shape): string =>
  `batch ${batch}, heads ${heads} over ${keyHeads}, ${queries} × ${keys}, dims ${headDim} and ${valueDim}`;

/** The same numbers, their axes stored in another order. */
function permuted(t: Tensor, order: readonly number[]): Tensor {
  const stored = transpose(t, order);
  const copy = tensor(toFloat64(stored), { shape: stored.shape, dtype: t.dtype });
  return transpose(
    copy,
    order.map((_, axis) => order.indexOf(axis)),
  );
}

/** Tokens 3 to 15 and features 1 to 5, the one batch element seen twice. */
function part(t: Tensor): Tensor {
  const inside = slice(t, [null, null, [3, 16], [1, 6]]);
  return broadcastTo(inside, [2, ...inside.shape.slice(1)]);
}

/** Operands of every size, storage and layout. */
export function describeOperands(suite: Suite): void {
  const { expectForward, expectBackward } = suite;
  describe("operands", () => {
    test.each(shapes.map((shape) => [written(shape), shape] as const))("%s", (_, shape) => {
      const operands = randomOperands(1, shape);
      for (const mask of [null, causal()]) {
        expectForward(operands, { mask });
        expectBackward(operands, { mask });
      }
    });

    test.each(["float16", "bfloat16", "float64"] as const)("%s", (dtype) => {
      const operands = randomOperands(2, { dtype });
      expectForward(operands, { mask: causal() });
      expectBackward(operands, { mask: causal() });
    });

    test("query, key and value of three types", () => {
      const { query, outputGradient } = randomOperands(3);
      const { key } = randomOperands(4, { dtype: "float16" });
      const { value } = randomOperands(5, { dtype: "bfloat16" });
      expectForward({ query, key, value });
      expectBackward({ query, key, value, outputGradient });
    });

    test("int8 keys and values, each row with its scale", () => {
      const { query, key, value } = randomOperands(3);
      expectForward({ query, key: quantizeRows(key), value: quantizeRows(value) }, { mask: causal() });
      expectForward({ query, key, value: quantizeRows(value) });
    });

    test.each([
      ["tokens before heads", [0, 2, 1, 3]],
      ["features before tokens", [0, 1, 3, 2]],
      ["everything backwards", [3, 2, 1, 0]],
    ])("views: %s", (_, order) => {
      const operands = randomOperands(6);
      const views = Object.fromEntries(Object.entries(operands).map(([name, t]) => [name, permuted(t, order)]));
      expectForward(views as unknown as RandomOperands);
      expectBackward(views as unknown as RandomOperands);
    });

    test("views: a slice of something larger, and one batch element seen as two", () => {
      const whole = randomOperands(7, { batch: 1, queries: 20, keys: 24, headDim: 9, valueDim: 8 });
      const { query, key, value, outputGradient } = whole;
      const operands = { query: part(query), key: part(key), value: part(value), outputGradient: part(outputGradient) };
      expectForward(operands);
      expectBackward(operands);
    });

    test.each([0, -0.5, 3])("a scale of %d", (scale) => {
      expectForward(randomOperands(8), { scale });
      expectBackward(randomOperands(8), { scale });
    });
  });
}
