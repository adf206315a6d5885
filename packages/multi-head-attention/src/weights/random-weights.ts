import { checkOptions, zeros, type OptionNames, type RandomGenerator } from "@fovea/tensor";
import { MultiHeadAttentionError } from "../multi-head-attention-error.ts";
import type { MultiHeadAttentionWeights, Projection } from "./weights.ts";

export interface RandomWeightsOptions {
  /** Size of the query vectors. */
  readonly queryDim: number;
  readonly heads: number;
  /** Default heads; fewer for grouped queries, 1 for multi-query. */
  readonly keyHeads?: number;
  /** Default queryDim / heads. */
  readonly headDim?: number;
  /** Default headDim. */
  readonly valueDim?: number;
  /** Default queryDim. */
  readonly keyDim?: number;
  /** Default keyDim. */
  readonly valueInputDim?: number;
  /** Default queryDim. */
  readonly outputDim?: number;
  /** Biases of 0 to start from; default true. */
  readonly biases?: boolean;
}

const optionNames: OptionNames<RandomWeightsOptions> = {
  queryDim: true,
  heads: true,
  keyHeads: true,
  headDim: true,
  valueDim: true,
  keyDim: true,
  valueInputDim: true,
  outputDim: true,
  biases: true,
};

/** Weights to train from, float32: uniform within ±sqrt(6 / (in + out)), biases 0.
 *  @see Glorot and Bengio 2010, eq. 16 */
export function randomWeights(random: RandomGenerator, options: RandomWeightsOptions): MultiHeadAttentionWeights {
  checkOptions("randomWeights", options, optionNames, {
    required: true,
    example: "randomWeights(random, { queryDim: 64, heads: 4 })",
    Refuse: MultiHeadAttentionError,
  });
  const { queryDim, heads, keyHeads = heads, headDim = queryDim / heads, valueDim = headDim, biases = true } = options;
  const { keyDim = queryDim, valueInputDim = keyDim, outputDim = queryDim } = options;
  const projection = (from: number, to: number): Projection => {
    const high = Math.sqrt(6 / (from + to));
    const weight = random.uniform([from, to], { low: -high, high });
    return { weight, ...(biases && { bias: zeros([to]) }) };
  };
  return {
    query: projection(queryDim, heads * headDim),
    key: projection(keyDim, keyHeads * headDim),
    value: projection(valueInputDim, keyHeads * valueDim),
    output: projection(heads * valueDim, outputDim),
  };
}
