import { blockRowIndex } from "@fovea/masking";
import { createEvaluator } from "@fovea/program";
import type { Evaluator } from "@fovea/program";
import { toFloat64 } from "@fovea/tensor";
import type { Call } from "../backend.ts";
import type { Plan } from "../plan.ts";
import { readOperand } from "./read-operand.ts";

/** The pairs that one row sees, in ascending key order. The arrays are reused from row to row: only the first `read(…)` entries count. */
export interface SeenRow {
  /** Key indices. */
  readonly keys: Int32Array;
  /** `scale * (query · key)`, before the score program. */
  readonly products: Float64Array;
  /** After the score program; never -Infinity. */
  readonly scores: Float64Array;
  /** Fills the arrays for row `query` (counted from 0 in the call) and returns how many pairs it sees. */
  read(batch: number, head: number, query: number): number;
}

/** Reads rows of changed scores. A key's vector is touched only after the mask has let it through.
 *  Work per row: O(seen pairs × headDim) plus the mask on partial blocks; memory O(keys). */
export function createSeenRow(plan: Plan, call: Call): SeenRow {
  const [, heads, queries, headDim] = call.query.shape as [number, number, number, number];
  const [, keyHeads, keyCount] = call.key.shape as [number, number, number, number];
  const group = heads / keyHeads;
  const queryValues = toFloat64(call.query);
  const keyValues = readOperand(call.key);
  const { scale, queryOffsets, queryLengths, keyLengths, blockMask } = call;
  const change: Evaluator | null = plan.score && createEvaluator(plan.score, call.tables.score);
  const sees: Evaluator | null = plan.mask && createEvaluator(plan.mask, call.tables.mask);

  // without queries there is no row to fill, however many keys there are
  const room = queryValues.length === 0 ? 0 : keyCount;
  const keys = new Int32Array(room);
  const products = new Float64Array(room);
  const scores = new Float64Array(room);

  /** Adds the keys `from … to - 1` of a row to the first `count` pairs; `ask` says whether the mask is asked about each. */
  const addKeys = (
    batch: number,
    head: number,
    query: number,
    from: number,
    to: number,
    ask: boolean,
    count: number,
  ): number => {
    const position = queryOffsets[batch] + query;
    const queryStart = ((batch * heads + head) * queries + query) * headDim;
    const keyStart = (batch * keyHeads + Math.floor(head / group)) * keyCount * headDim;
    for (let key = from; key < to; key++) {
      if (ask && sees !== null && !sees(0, batch, head, position, key, queries, keyCount)) continue;
      const start = keyStart + key * headDim;
      let product = 0;
      for (let d = 0; d < headDim; d++) product += queryValues[queryStart + d] * keyValues[start + d];
      product *= scale;
      const score = change === null ? product : change(product, batch, head, position, key, queries, keyCount);
      if (score === -Infinity) continue;
      keys[count] = key;
      products[count] = product;
      scores[count] = score;
      count++;
    }
    return count;
  };

  const read = (batch: number, head: number, query: number): number => {
    if (query >= queryLengths[batch]) return 0;
    const length = keyLengths[batch];
    if (sees === null || blockMask === null) return addKeys(batch, head, query, 0, length, sees !== null, 0);
    const { queryBlock, keyBlock, rowStarts, runStarts, runEnds, runFull } = blockMask;
    const row = blockRowIndex(blockMask, { batch, head, queryBlock: Math.floor(query / queryBlock) });
    let count = 0;
    for (let run = rowStarts[row]; run < rowStarts[row + 1]; run++) {
      const from = Math.min(runStarts[run] * keyBlock, length);
      const to = Math.min(runEnds[run] * keyBlock, length);
      count = addKeys(batch, head, query, from, to, runFull[run] === 0, count);
    }
    return count;
  };

  return { keys, products, scores, read };
}
