import type { BlockOperations, Operand } from "@fovea/block-operations";
import type { Tensor } from "@fovea/tensor";

/** Normalization of each token's vector, as plain data. */
export interface Normalization<T extends Operand = Tensor> {
  /** `"layer"` subtracts the mean and divides by the deviation (Ba et al. 2016), `"rms"` divides by the root mean square (Zhang & Sennrich 2019). */
  readonly kind: "layer" | "rms";
  /** `[dim]`, default 1 */
  readonly scale?: T;
  /** `[dim]`, default 0, for `"layer"` only */
  readonly bias?: T;
  /** Added to the variance; default 1e-5 for layer, 1e-6 for rms. */
  readonly epsilon?: number;
}

/** @param x `[batch, tokens, dim]` */
export function normalize<T extends Operand = Tensor>(
  x: T,
  normalization: Normalization<T>,
  operations: BlockOperations<T>,
): T {
  const { kind, scale, bias, epsilon } = normalization;
  return kind === "rms"
    ? operations.rmsNorm(x, { scale, epsilon: epsilon ?? 1e-6 })
    : operations.layerNorm(x, { scale, bias, epsilon: epsilon ?? 1e-5 });
}
