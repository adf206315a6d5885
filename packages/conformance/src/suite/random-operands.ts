import { randomGenerator } from "@fovea/tensor";
import type { DType, Tensor } from "@fovea/tensor";

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

export interface RandomOperands {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  /** Of the shape of the output. */
  readonly outputGradient: Tensor;
}

/** Seeded normal operands; float32 and every size different by default, none a multiple of a vector's width. */
export function randomOperands(seed: number, shape: Shape = {}): RandomOperands {
  const { batch = 2, heads = 4, keyHeads = 2, queries = 13, keys = 19, headDim = 5, valueDim = 7 } = shape;
  const { dtype = "float32" } = shape;
  const random = randomGenerator(seed);
  return {
    query: random.normal([batch, heads, queries, headDim], { dtype }),
    key: random.normal([batch, keyHeads, keys, headDim], { dtype }),
    value: random.normal([batch, keyHeads, keys, valueDim], { dtype }),
    outputGradient: random.normal([batch, heads, queries, valueDim]),
  };
}
