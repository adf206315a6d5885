import { readValues } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { InspectionError } from "./inspection-error.ts";

/** A pair of tokens of which one looked at the other. */
export interface Link {
  readonly from: string;
  readonly to: string;
  readonly weight: number;
}

/** The pairs of different tokens with the largest weights, largest first; of equal ones the earlier. Two tokens of the same label are none.
 *  @param labels of the tokens
 *  @param weights `[tokens, tokens]`: who looks, who is looked at
 *  @param count links at most
 *  @throws {InspectionError} when the weights are no square matrix, labels do not fit, or count is no whole number */
export function strongestLinks(labels: readonly string[], weights: Tensor, count: number): Link[] {
  const tokens = labels.length;
  if (weights.shape.length !== 2 || weights.shape.some((length) => length !== tokens)) {
    throw new InspectionError(
      `strongestLinks: expected weights [${tokens}, ${tokens}] for ${tokens} labels, got [${weights.shape.join(", ")}].`,
    );
  }
  if (!Number.isInteger(count) || count < 0) {
    throw new InspectionError(
      `strongestLinks: expected count to be a whole number of at least 0, got ${String(count)}.`,
    );
  }
  const values = readValues(weights);
  return labels
    .flatMap((from, row) => labels.map((to, column) => ({ from, to, weight: values[row * tokens + column] })))
    .filter(({ from, to }) => from !== to)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, count);
}
