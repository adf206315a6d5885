import { DTypeError } from "@fovea/tensor";
import type { Plan } from "../plan.ts";

/** Refuses to go back through rounded keys and values: int8 storage is for inference.
 *  @throws {DTypeError} */
export function checkDifferentiable({ keyType, valueType }: Pick<Plan, "keyType" | "valueType">): void {
  for (const [name, dtype] of Object.entries({ key: keyType, value: valueType })) {
    if (dtype !== "int8") continue;
    throw new DTypeError(
      `attentionGradients: ${name} holds int8, which has no gradient. Use the numbers it was made from, or dequantizeRows.`,
    );
  }
}
