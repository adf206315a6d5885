import type { Activation, BlockOperations, Operand } from "@fovea/block-operations";
import type { Projection } from "@fovea/multi-head-attention";
import type { Tensor } from "@fovea/tensor";

/** The part of a layer that works on each token by itself, as plain data. */
export interface FeedForwardWeights<T extends Operand = Tensor> {
  /** Weight `[dim, hidden]` */
  readonly expand: Projection<T>;
  /** Weight `[dim, hidden]`; with it the layer is gated: SwiGLU with `silu`, GEGLU with `gelu` (Shazeer 2020, eq. 6). */
  readonly gate?: Projection<T>;
  /** Weight `[hidden, dim]` */
  readonly contract: Projection<T>;
  readonly activation: Activation;
}

/** `contract(activation(expand(x)))`, or with a gate `contract(activation(gate(x)) × expand(x))`.
 *  @param x `[batch, tokens, dim]`
 *  @param residual added to the result, `[batch, tokens, dim]`; default nothing
 *  @see Vaswani et al. 2017, eq. 2 */
export function feedForward<T extends Operand = Tensor>(
  weights: FeedForwardWeights<T>,
  x: T,
  operations: BlockOperations<T>,
  residual?: T,
): T {
  const { expand, gate, contract, activation } = weights;
  const hidden = gate
    ? operations.multiply(
        operations.linear(x, gate.weight, { bias: gate.bias, activation }),
        operations.linear(x, expand.weight, { bias: expand.bias }),
      )
    : operations.linear(x, expand.weight, { bias: expand.bias, activation });
  return operations.linear(hidden, contract.weight, { bias: contract.bias, residual });
}
