import { trace } from "@fovea/program";
import type { Program, Scope, Value } from "@fovea/program";
import { cast, concatenate, full as fill, reshape, tensor, zeros } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { CaseError } from "./case-error.ts";

/** What changes a score and what forbids it, from the operands of ONNX's Attention. */
export interface AttentionBias {
  readonly score: Program | null;
  readonly mask: Program | null;
}

export interface AttentionBiasOptions {
  /** `[batch, heads, queries, keys]`, less leading axes and with 1 for any but the last, possibly fewer keys; bool, or added to the score. */
  readonly attnMask: Tensor | null;
  readonly keys: number;
  readonly causal: boolean;
  /** Keys seen before and after the query's own position; -1 is all. */
  readonly leftWindow: number;
  readonly rightWindow: number;
  readonly softcap: number;
  /** Position of the first query of each batch element. */
  readonly queryOffsets: readonly number[];
}

/** Scores, then soft cap, then the mask as a bias. A pair whose bias is -Infinity is not seen, whatever its score. */
export function attentionBias(options: AttentionBiasOptions): AttentionBias {
  const { attnMask, keys, causal, leftWindow, rightWindow, softcap, queryOffsets } = options;
  const table = attnMask && asTable(attnMask, keys);
  const offsets = tensor(Int32Array.from(queryOffsets));
  const readMask = (scope: Scope, given: Tensor): Value => {
    const { batch, head, query, key } = scope;
    // the mask counts queries within the call
    const row = query.subtract(scope.table("offset", offsets).at(batch));
    const place = [batch, head, row, key].map((index, axis) => (given.shape[axis] === 1 && axis < 3 ? 0 : index));
    return scope.table("attnMask", given).at(...place);
  };

  const isBias = table !== null && table.dtype !== "bool";
  const score =
    softcap === 0 && !isBias
      ? null
      : trace((scope) => {
          const capped = softcap === 0 ? scope.score : scope.score.divide(softcap).tanh().multiply(softcap);
          return isBias ? capped.add(readMask(scope, table)) : capped;
        });

  const conditions: ((scope: Scope) => Value)[] = [];
  if (causal) conditions.push(({ query, key }) => key.lessEqual(query));
  if (leftWindow >= 0) conditions.push(({ query, key }) => query.subtract(key).lessEqual(leftWindow));
  if (rightWindow >= 0) conditions.push(({ query, key }) => key.subtract(query).lessEqual(rightWindow));
  if (table) {
    conditions.push((scope) => {
      const bias = readMask(scope, table);
      return isBias ? bias.notEqual(-Infinity) : bias;
    });
  }
  const mask =
    conditions.length === 0
      ? null
      : trace((scope) => conditions.map((condition) => condition(scope)).reduce((all, one) => all.and(one)));
  return { score, mask };
}

/** Rank 4, as long as the keys: what a mask does not reach is not seen. Ints are added like floats. */
function asTable(attnMask: Tensor, keys: number): Tensor {
  const { shape, dtype } = attnMask;
  if (shape.length < 1 || shape.length > 4) {
    throw new CaseError(`Attention: expected attn_mask to have 1 to 4 axes, got [${shape.join(", ")}].`);
  }
  const full = reshape(attnMask, [...Array<number>(4 - shape.length).fill(1), ...shape]);
  const table = dtype === "bool" ? full : cast(full, "float64");
  const missing = keys - table.shape[3];
  if (missing <= 0) return table;
  const hidden = table.shape.with(3, missing);
  return concatenate([table, dtype === "bool" ? zeros(hidden, "bool") : fill(hidden, -Infinity, "float64")], 3);
}
