import { concatenate, randomGenerator, slice, toNested } from "@fovea/tensor";
import type { DType, Tensor } from "@fovea/tensor";
import type { Nested } from "./naive-attention.ts";

export interface Shape {
  readonly batch?: number;
  readonly heads?: number;
  readonly keyHeads?: number;
  readonly queries?: number;
  readonly keys?: number;
  readonly headDim?: number;
  readonly valueDim?: number;
  readonly dtype?: DType;
}

/** Seeded normal query, key and value for tests; float64 unless said, every size different by default. */
export function randomOperands(seed: number, shape: Shape = {}): { query: Tensor; key: Tensor; value: Tensor } {
  const {
    batch = 2,
    heads = 4,
    keyHeads = 2,
    queries = 5,
    keys = 6,
    headDim = 3,
    valueDim = 7,
    dtype = "float64",
  } = shape;
  const random = randomGenerator(seed);
  return {
    query: random.normal([batch, heads, queries, headDim], { dtype }),
    key: random.normal([batch, keyHeads, keys, headDim], { dtype }),
    value: random.normal([batch, keyHeads, keys, valueDim], { dtype }),
  };
}

/** Each head of the batch twice, side by side: two key heads shared by four query heads, written out. */
export const repeatHeads = (t: Tensor): Tensor =>
  concatenate(
    [0, 0, 1, 1].map((head) => slice(t, [null, [head, head + 1]])),
    1,
  );

/** Tokens `from … to - 1` along axis 2. */
export const tokens = (t: Tensor, from: number, to: number): Tensor => slice(t, [null, null, [from, to]]);

/** A rank 4 tensor as nested arrays. */
export const nested = (tensor: Tensor): Nested => toNested(tensor) as unknown as Nested;
