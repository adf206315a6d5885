import type { Activation } from "@fovea/block-operations";
import { erf } from "@fovea/tensor";
import type { FeedForwardWeights } from "../feed-forward.ts";
import { createRowLinear, type RowLinear } from "./row-linear.ts";
import type { RowMemory } from "./row-memory.ts";
import { panelColumns } from "./row-product.ts";

const activations: Readonly<Record<Activation, (x: number) => number>> = {
  relu: (x) => (x > 0 ? x : 0),
  gelu: (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
  geluTanh: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
  silu: (x) => x / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

/** The feed-forward part of a layer for one row: gate and expand are one product. */
export function createRowFeedForward(memory: RowMemory, weights: FeedForwardWeights): RowLinear {
  const { expand, gate, contract } = weights;
  const hidden = expand.weight.shape[1];
  const widen = gate ? createRowLinear(memory, gate, expand) : createRowLinear(memory, expand);
  const narrow = createRowLinear(memory, contract);
  const wide = memory.allocate(2 * hidden + panelColumns);
  const active = memory.allocate(hidden + panelColumns);
  const activation = activations[weights.activation];
  return (from, to) => {
    widen(from, wide);
    const { numbers } = memory;
    for (let i = 0; i < hidden; i++) numbers[active + i] = activation(numbers[wide + i]);
    if (gate) for (let i = 0; i < hidden; i++) numbers[active + i] *= numbers[wide + hidden + i];
    narrow(active, to);
  };
}
