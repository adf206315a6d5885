import { causalConvolution } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import type { Operands } from "./operands.ts";

/** CausalConvWithState (opset 27). */
export function causalConvWithState(operands: Operands): Tensor[] {
  const bias = operands.optional(2, "bias");
  const past = operands.optional(3, "past_state");
  const { output, present } = causalConvolution(operands.input(0, "input"), operands.input(1, "weight"), {
    ...(bias ? { bias } : {}),
    ...(past ? { past } : {}),
    activation: operands.text("activation", ["none", "silu", "swish"], "none"),
  });
  return [output, present];
}
