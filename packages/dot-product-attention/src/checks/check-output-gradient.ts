import type { Operand } from "@fovea/block-operations";
import { ShapeError } from "@fovea/tensor";
import { checkOperand } from "./check-operands.ts";
import type { Sizes } from "./check-operands.ts";

/** @throws {ShapeError | DTypeError} when it is not a gradient of this call's output */
export function checkOutputGradient(gradient: Operand, { batch, heads, queries, valueDim }: Sizes): void {
  const shape = checkOperand("attentionGradients", "outputGradient", gradient, [
    "batch",
    "heads",
    "queries",
    "valueDim",
  ]);
  const expected = [batch, heads, queries, valueDim];
  if (shape.every((length, axis) => length === expected[axis])) return;
  throw new ShapeError(
    `attentionGradients: expected outputGradient [${expected.join(", ")}] like the output, got [${shape.join(", ")}].`,
  );
}
