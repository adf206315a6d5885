import { createBounder, createEvaluator, prepareTables, simplify, usedInputs } from "@fovea/program";
import type { Program } from "@fovea/program";
import type { BlockMaskOptions, BlockMaskPlan } from "./block-mask-options.ts";

/** What is known about a region: every pair visible, none, or some (or not known). */
type Kind = "full" | "empty" | "partial";

/** Asks about blocks `top … bottom - 1` × `left … right - 1` of one layer; "unknown": the budget is spent. */
export type Classifier = (
  batch: number,
  head: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
) => Kind | "unknown";

/** Asks the mask about whole regions by interval bounds: one interpretation per region, with the ranges of tables prepared once.
 *  It stops asking when the budget is spent. Where `exact` is set, a single block that bounds leave open is asked pair by pair. */
export function createClassifier(mask: Program | null, plan: BlockMaskPlan, options: BlockMaskOptions): Classifier {
  if (mask === null) return () => "full";
  const { queries, keys, queryBlock, keyBlock, offsets } = plan;
  let { budget = Infinity } = options;
  const spend = (work: number): void => void (budget -= work);
  const bounder = createBounder(mask, prepareTables(mask, options.tables, spend));
  const instructions = simplify(mask).instructions.length;
  const pairs = options.exact === true ? createPairClassifier(mask, plan, options) : null;

  return (batch, head, top, bottom, left, right) => {
    if (budget < instructions) return "unknown";
    spend(instructions);
    const query = interval(top * queryBlock, bottom * queryBlock, queries, offsets[batch]);
    const key = interval(left * keyBlock, right * keyBlock, keys, 0);
    const { low, high } = bounder({ batch, head, query, key, queries, keys });
    if (low === 1) return "full";
    if (high === 0) return "empty";
    const isBlock = bottom - top === 1 && right - left === 1;
    return isBlock && pairs !== null ? pairs(batch, head, query, key) : "partial";
  };
}

/** Indices `start … end - 1` of an axis of `length`, moved by `offset`. */
function interval(
  start: number,
  end: number,
  length: number,
  offset: number,
): { low: number; high: number; nan: false } {
  return { low: start + offset, high: Math.min(end, length) - 1 + offset, nan: false };
}

interface Range {
  readonly low: number;
  readonly high: number;
}

/** Asks pair by pair until both a visible and a hidden one are found; null for a mask that reads the score, which is not known here. */
function createPairClassifier(
  mask: Program,
  { queries, keys }: BlockMaskPlan,
  { tables }: BlockMaskOptions,
): ((batch: number, head: number, query: Range, key: Range) => Kind) | null {
  if (usedInputs(simplify(mask)).has("score")) return null;
  const sees = createEvaluator(mask, tables);
  return (batch, head, query, key) => {
    const first = sees(0, batch, head, query.low, key.low, queries, keys);
    for (let q = query.low; q <= query.high; q++)
      for (let k = key.low; k <= key.high; k++)
        if (sees(0, batch, head, q, k, queries, keys) !== first) return "partial";
    return first === 1 ? "full" : "empty";
  };
}
