import { createPlan } from "@fovea/dot-product-attention";
import { causal, createBlockMask } from "@fovea/masking";
import { zeros } from "@fovea/tensor";
import { expect, test } from "vitest";
import { isDecode } from "./strips.ts";
import { planShape } from "./plan-modules.ts";
import { createCall } from "../testing/create-call.ts";

const plan = createPlan({
  headDim: 4,
  valueDim: 4,
  queryType: "float32",
  keyType: "float32",
  valueType: "float32",
  score: null,
  mask: null,
  probability: null,
  normalizer: "softmax",
});

/** Whether heads × queries against keys of keyHeads are taken without packing; `tall` query blocks. */
function decodes(heads: number, keyHeads: number, queries: number, tall = 128): boolean {
  const query = zeros([1, heads, queries, 4]);
  const key = zeros([1, keyHeads, 9, 4]);
  const module = planShape(plan, { relaxed: false, wide: false });
  const blockMask = createBlockMask(causal(), { queries, keys: 9, queryBlock: tall, keyBlock: 8 });
  return isDecode(module, createCall({ query, key, value: key }, { blockMask }));
}

test("up to 16 rows a key head are taken without packing", () => {
  expect([decodes(32, 8, 1), decodes(16, 1, 1), decodes(8, 8, 16)]).toEqual([true, true, true]);
  expect([decodes(17, 1, 1), decodes(8, 8, 17), decodes(4, 1, 5)]).toEqual([false, false, false]);
});

test("not where the queries lie in several blocks", () => {
  expect([decodes(4, 4, 4, 4), decodes(4, 4, 5, 4)]).toEqual([true, false]);
});
