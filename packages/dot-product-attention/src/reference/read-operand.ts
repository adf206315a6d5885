import { dequantizeRows, isQuantized, toFloat64 } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";

/** The numbers of query, key or value in row-major order; of int8, times the scales of their rows. Treat them as read-only. */
export function readOperand(operand: Tensor): Float64Array {
  return toFloat64(isQuantized(operand) ? dequantizeRows(operand) : operand);
}
