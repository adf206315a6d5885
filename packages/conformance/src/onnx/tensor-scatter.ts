import { tensorScatter as scatter } from "@fovea/multi-head-attention";
import { map } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import type { Operands } from "./operands.ts";

/** TensorScatter (opset 24). In a ring, a write index counts on past the end. */
export function tensorScatter(operands: Operands): Tensor[] {
  const past = operands.input(0, "past_cache");
  const update = operands.input(1, "update");
  const given = operands.optional(2, "write_indices");
  const mode = operands.text("mode", ["linear", "circular"], "linear");
  const axis = operands.whole("axis", -2);
  const room = past.shape.at(axis) ?? 0;
  const writeIndices = given && mode === "circular" && room > 0 ? map(given, (index) => index % room) : given;
  return [scatter(past, update, writeIndices ?? undefined, { mode, axis })];
}
