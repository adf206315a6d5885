import { tensorScatter as scatter } from "@fovea/multi-head-attention";
import type { Tensor } from "@fovea/tensor";
import type { Operands } from "./operands.ts";

/** TensorScatter (opset 24). */
export function tensorScatter(operands: Operands): Tensor[] {
  const past = operands.input(0, "past_cache");
  const update = operands.input(1, "update");
  const writeIndices = operands.optional(2, "write_indices") ?? undefined;
  const mode = operands.text("mode", ["linear", "circular"], "linear");
  const axis = operands.whole("axis", -2);
  return [scatter(past, update, writeIndices, { mode, axis })];
}
