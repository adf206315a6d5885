import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import type { TensorLike } from "@fovea/tensor";
import { ScoreError } from "../score-error.ts";
import { scoreTable } from "./score-table.ts";

export interface RelativeBiasOptions {
  /** Bias `[heads, 2 reach + 1]`, usually learned; column `reach + key - query`. For n positions in full, `2n - 1`
   *  columns. */
  readonly table: TensorLike;
  /** What a pair further apart than `reach` reads: the nearest column ("clip", as Shaw et al.; the default) or 0
   *  ("zero"). */
  readonly beyond?: "clip" | "zero";
}

/** A free bias for each relative position: `score + table[head, reach + key - query]`.
 *  @see Shaw, Uszkoreit, Vaswani 2018, eq. 4 (clipping) */
export function relativeBias(options: RelativeBiasOptions): Program {
  checkOptions("relativeBias", options, { table: true, beyond: true }, { required: true, Refuse: ScoreError });
  const { beyond = "clip" } = options;
  const bias = scoreTable("relativeBias", "table", options.table, ["heads", "2 reach + 1"]);
  const columns = bias.shape[1];
  if (columns % 2 === 0) {
    throw new ScoreError(
      `relativeBias: table must have an odd number of columns, got ${columns}. Column (columns - 1) / 2 is for key = query.`,
    );
  }
  if (beyond !== "clip" && beyond !== "zero") {
    throw new ScoreError(`relativeBias: beyond must be "clip" or "zero", got ${String(beyond)}. Leave it out to clip.`);
  }
  return trace(({ score, head, query, key, table }) => {
    const column = key.subtract(query).add((columns - 1) / 2);
    // outside the table a program reads 0
    return score.add(table("bias", bias).at(head, beyond === "clip" ? column.maximum(0).minimum(columns - 1) : column));
  });
}
