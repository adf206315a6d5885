import { multiply, rmsNorm } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import type { Operands } from "./operands.ts";

/** RMSNormalization (opset 23). `stash_type` asks for at least that precision; float64 is used throughout. */
export function rmsNormalization(operands: Operands): Tensor[] {
  const input = operands.input(0, "X");
  const scale = operands.input(1, "scale");
  const axis = operands.whole("axis", -1);
  const epsilon = operands.number("epsilon", 1e-5);
  const normalizedRank = axis < 0 ? -axis : input.shape.length - axis;
  if (scale.shape.length <= normalizedRank) return [rmsNorm(input, { axis, epsilon, scale })];
  // a scale may also vary along axes that are not normalized
  return [multiply(rmsNorm(input, { axis, epsilon }), scale)];
}
