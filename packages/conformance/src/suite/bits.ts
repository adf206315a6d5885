import type { AttentionGradients, AttentionResult } from "@fovea/dot-product-attention";
import { toArray } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";

/** All numbers of a result, for comparing bit by bit (vitest's toEqual tells -0 from 0 and finds NaN equal to NaN). */
export const forwardBits = ({ output, logSumExp, rowMaximum }: AttentionResult): number[][] =>
  [output, logSumExp, rowMaximum].map(numbers);

export const backwardBits = ({ output, query, key, value, tables, sinks }: AttentionGradients): number[][] =>
  [output, query, key, value, sinks, ...Object.values(tables.score), ...Object.values(tables.probability)].map(numbers);

const numbers = (tensor: Tensor | null | undefined): number[] => (tensor ? toArray(tensor) : []);
