import { TransformerError } from "./transformer-error.ts";

/** Where a layer normalizes: what its parts read, or their sums. */
export type Order = "pre" | "post";

/** @param order default `"pre"`
 *  @throws {TransformerError} for another word: a layer that normalizes elsewhere gives numbers, only wrong ones */
export function checkOrder(who: string, order: Order = "pre"): Order {
  if (order === "pre" || order === "post") return order;
  throw new TransformerError(`${who}: expected order to be "pre" or "post", got ${JSON.stringify(order)}.`);
}
