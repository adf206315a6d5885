import { assertAllClose, at, randomGenerator, type Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { fromKeras } from "./from-keras.ts";
import { multiHeadAttention } from "../multi-head-attention.ts";
import { WeightError } from "./weight-error.ts";

const random = randomGenerator(9);
const normal = (...shape: number[]): Tensor => random.normal(shape, { dtype: "float64" });
/** 4 heads of 3 over 2 key heads, as GroupedQueryAttention saves them. */
const source = {
  "mha/query/kernel": normal(5, 4, 3),
  "mha/query/bias": normal(4, 3),
  "mha/key/kernel": normal(5, 2, 3),
  "mha/key/bias": normal(2, 3),
  "mha/value/kernel": normal(5, 2, 3),
  "mha/value/bias": normal(2, 3),
  "mha/attention_output/kernel": normal(4, 3, 6),
  "mha/attention_output/bias": normal(6),
};
const x = normal(1, 3, 5);

test("kernels are Keras's einsum abc,cde->abde, heads first and their numbers second", () => {
  const { query, key, value, attended, output } = multiHeadAttention(fromKeras(source, "mha"), x, { heads: 4 });
  for (const [role, heads, projected] of [
    ["query", 4, query],
    ["key", 2, key],
    ["value", 2, value],
  ] as const) {
    for (let head = 0; head < heads; head++) {
      for (let dim = 0; dim < 3; dim++) {
        let sum = at(source[`mha/${role}/bias`], head, dim);
        for (let c = 0; c < 5; c++) sum += at(x, 0, 2, c) * at(source[`mha/${role}/kernel`], c, head, dim);
        expect(at(projected, 0, head, 2, dim)).toBeCloseTo(sum, 12);
      }
    }
  }
  // abcd,cde->abe
  let sum = at(source["mha/attention_output/bias"], 5);
  for (let head = 0; head < 4; head++) {
    for (let dim = 0; dim < 3; dim++)
      sum += at(attended, 0, head, 1, dim) * at(source["mha/attention_output/kernel"], head, dim, 5);
  }
  expect(at(output, 0, 1, 5)).toBeCloseTo(sum, 12);
});

const h5 = (name: string): string =>
  name
    .replace("attention_output", "output")
    .replace(/(\w+)\/kernel/, "$1_dense/vars/0")
    .replace(/(\w+)\/bias/, "$1_dense/vars/1");

test("names of TensorFlow checkpoints and of .weights.h5 files do as well", () => {
  const expected = multiHeadAttention(fromKeras(source, "mha/"), x, { heads: 4 }).output;
  const renamed = (rename: (name: string) => string): Record<string, Tensor> =>
    Object.fromEntries(Object.entries(source).map(([name, weight]) => [rename(name), weight]));
  for (const other of [renamed((name) => `${name}:0`), renamed(h5)]) {
    assertAllClose(multiHeadAttention(fromKeras(other, "mha"), x, { heads: 4 }).output, expected, { absolute: 0 });
  }
});

test("missing and misshapen weights are refused by name", () => {
  expect(() => fromKeras(source, "other")).toThrow(WeightError);
  expect(() => fromKeras(source, "other")).toThrow("Near names: mha/query/kernel");
  expect(() => fromKeras({ ...source, "mha/key/kernel": normal(5, 6) }, "mha")).toThrow(
    "mha/key/kernel must have shape [any, any, any], got [5, 6]",
  );
  expect(() => fromKeras({ ...source, "mha/query/bias": normal(12) }, "mha")).toThrow(
    "mha/query/bias must have shape [4, 3], got [12]",
  );
});
