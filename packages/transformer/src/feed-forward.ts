import type { Activation, BlockOperations } from "@fovea/block-operations";
import type { Projection } from "@fovea/multi-head-attention";
import type { Tensor } from "@fovea/tensor";

/** The part of a layer that works on each token by itself, as plain data. */
export interface FeedForwardWeights {
  /** Weight `[dim, hidden]` */
  readonly expand: Projection;
  /** Weight `[dim, hidden]`; with it the layer is gated: SwiGLU with `silu`, GEGLU with `gelu` (Shazeer 2020, eq. 6). */
  readonly gate?: Projection;
  /** Weight `[hidden, dim]` */
  readonly contract: Projection;
  readonly activation: Activation;
}

/** `contract(activation(expand(x)))`, or with a gate `contract(activation(gate(x)) × expand(x))`.
 *  @param x `[batch, tokens, dim]`
 *  @param residual added to the result, `[batch, tokens, dim]`; default nothing
 *  @see Vaswani et al. 2017, eq. 2 */
export function feedForward(
  weights: FeedForwardWeights,
  x: Tensor,
  operations: BlockOperations,
  residual?: Tensor,
): Tensor {
  const { expand, gate, contract, activation } = weights;
  const hidden = gate
    ? multiplyInto(
        operations.linear(x, gate.weight, { bias: gate.bias, activation }),
        operations.linear(x, expand.weight, { bias: expand.bias }),
      )
    : operations.linear(x, expand.weight, { bias: expand.bias, activation });
  return operations.linear(hidden, contract.weight, { bias: contract.bias, residual });
}

/** Multiplies number by number into `target`, which is fresh and nobody else's. Both are dense and of one shape. */
function multiplyInto(target: Tensor, factor: Tensor): Tensor {
  const { data: into, offset } = target;
  const { data: by, offset: start } = factor;
  const count = target.shape.reduce((product, length) => product * length, 1);
  for (let i = 0; i < count; i++) into[offset + i] *= by[start + i];
  return target;
}
