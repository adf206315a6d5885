import { checkOptions, add, checkShape, expandDims, slice, sum, zeros, type Tensor } from "@fovea/tensor";
import { checkWhole } from "./check-whole.ts";
import { embed, embedGradient } from "./embed.ts";
import { EmbeddingError } from "./embedding-error.ts";

export interface PositionOptions {
  /** Row of the table for the first token: a number for all (default 0; with a cache, how many tokens it holds), or the row of
   *  every token, int32 `[batch, tokens]`, for packed or padded sequences. */
  readonly positions?: number | Tensor;
}

export interface PositionGradients {
  /** `[batch, tokens, dim]` */
  readonly vectors: Tensor;
  /** `[positions, dim]` */
  readonly table: Tensor;
}

/** Adds to each token the vector of its position: learned, or made by `sinusoidalPositions`.
 *  @param vectors `[batch, tokens, dim]`
 *  @param table `[positions, dim]`
 *  @returns `[batch, tokens, dim]`
 *  @throws {EmbeddingError} when the table has too few rows */
export function addPositions(vectors: Tensor, table: Tensor, options: PositionOptions = {}): Tensor {
  checkOptions("addPositions", options, { positions: true }, { Refuse: EmbeddingError });
  checkShapes("addPositions", vectors, table);
  const { positions = 0 } = options;
  if (typeof positions !== "number") return add(vectors, embed(table, positions));
  const rows = rowsFrom("addPositions", positions, vectors.shape[1], table);
  return add(vectors, expandDims(rows, 0));
}

/** Gradients of `addPositions`.
 *  @param table the table, or any tensor of its shape; its numbers are not read
 *  @param outputGradient `[batch, tokens, dim]` */
export function addPositionsGradients(
  table: Tensor,
  outputGradient: Tensor,
  options: PositionOptions = {},
): PositionGradients {
  checkOptions("addPositionsGradients", options, { positions: true }, { Refuse: EmbeddingError });
  checkShapes("addPositionsGradients", outputGradient, table);
  const { positions = 0 } = options;
  if (typeof positions !== "number") {
    return { vectors: outputGradient, table: embedGradient(table, positions, outputGradient) };
  }
  const gradient = zeros(table.shape, outputGradient.dtype === "float64" ? "float64" : "float32");
  const rows = rowsFrom("addPositionsGradients", positions, outputGradient.shape[1], gradient);
  const total = sum(outputGradient, 0);
  // rows is a view of the fresh, contiguous gradient: writing there fills it
  (rows.data as Float32Array).set(total.data as Float32Array, rows.offset);
  return { vectors: outputGradient, table: gradient };
}

function checkShapes(who: string, vectors: Tensor, table: Tensor): void {
  checkShape(who, "vectors", vectors, ["batch", "tokens", "dim"]);
  checkShape(who, "table", table, ["positions", vectors.shape[2]]);
}

/** The table's rows for `tokens` tokens from `start`, as a view. */
function rowsFrom(who: string, start: number, tokens: number, table: Tensor): Tensor {
  checkWhole(who, "positions", start, 0);
  if (start + tokens > table.shape[0]) {
    throw new EmbeddingError(
      `${who}: positions ${start} to ${start + tokens - 1} need ${start + tokens} rows, the table has ${table.shape[0]}. ` +
        "Shorten the sequence or use a longer table.",
    );
  }
  return slice(table, [[start, start + tokens], null]);
}
