import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import type { TensorLike } from "@fovea/tensor";
import { checkCount } from "../check-number.ts";
import { ScoreError } from "../score-error.ts";
import { scoreTable } from "./score-table.ts";

export interface SwinRelativeBiasOptions {
  /** Bias `[(2 height - 1) × (2 width - 1), heads]`, usually learned: Swin's `relative_position_bias_table`. */
  readonly table: TensorLike;
  /** Rows of tokens in a window. */
  readonly height: number;
  /** Tokens in a row of a window. */
  readonly width: number;
}

/** Swin's two-dimensional relative bias inside a window whose tokens are counted row by row:
 *  `score + table[(queryRow - keyRow + height - 1) × (2 width - 1) + queryColumn - keyColumn + width - 1, head]`.
 *  Windows are laid along the batch axis, as Swin does; a token past the window reads 0.
 *  @see Liu et al. 2021, "Swin Transformer", eq. 4 */
export function swinRelativeBias(options: SwinRelativeBiasOptions): Program {
  checkOptions(
    "swinRelativeBias",
    options,
    { table: true, height: true, width: true },
    { required: true, Refuse: ScoreError },
  );
  const { height, width } = options;
  checkCount("swinRelativeBias", "height", height, 1, "It is the number of rows in a window.", 2 ** 14);
  checkCount("swinRelativeBias", "width", width, 1, "It is the number of tokens in a row of a window.", 2 ** 14);
  const rows = (2 * height - 1) * (2 * width - 1);
  const bias = scoreTable("swinRelativeBias", "table", options.table, [rows, "heads"]);
  return trace(({ score, head, query, key, table }) => {
    const down = query.floorDivide(width).subtract(key.floorDivide(width));
    const right = query.remainder(width).subtract(key.remainder(width));
    const place = down
      .add(height - 1)
      .multiply(2 * width - 1)
      .add(right.add(width - 1));
    return score.add(table("bias", bias).at(place, head));
  });
}
