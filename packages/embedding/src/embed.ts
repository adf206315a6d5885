import { checkOptions, checkShape, readValues, zeros, type Tensor } from "@fovea/tensor";
import { checkIds } from "./check-ids.ts";
import { EmbeddingError } from "./embedding-error.ts";

export interface EmbedOptions {
  /** Factor on every vector, default 1; `sqrt(dim)` in Vaswani et al. 2017, section 3.4. */
  readonly scale?: number;
}

/** Looks up the vector of each id: tokens, segments, classes, positions, whatever the table has rows for.
 *  @param table `[ids, dim]`
 *  @param ids whole numbers from 0, any shape `[…]`, usually int32 `[batch, tokens]`
 *  @returns `[…, dim]`: float64 from a float64 table, else float32
 *  @throws {EmbeddingError} for an id without a row, naming where it stands
 *  @throws {ShapeError} when the table has no two axes */
export function embed(table: Tensor, ids: Tensor, options: EmbedOptions = {}): Tensor {
  checkOptions(
    "embed",
    options,
    { scale: true },
    { example: "embed(table, ids, { scale: 8 })", Refuse: EmbeddingError },
  );
  const { scale = 1 } = options;
  checkShape("embed", "table", table, ["ids", "dim"]);
  const [rows, dim] = table.shape as [number, number];
  const wanted = checkIds("embed", ids, rows);
  const from = readValues(table);
  const vectors = zeros([...ids.shape, dim], table.dtype === "float64" ? "float64" : "float32");
  const { data } = vectors;
  for (let place = 0; place < wanted.length; place++) {
    const row = wanted[place] * dim;
    data.set(from.subarray(row, row + dim), place * dim);
  }
  if (scale !== 1) for (let place = 0; place < data.length; place++) data[place] *= scale;
  return vectors;
}

/** Gradient of `embed` for its table: every vector's gradient is added to the row it came from.
 *  @param table the table, or any tensor of its shape `[ids, dim]`; its numbers are not read
 *  @param outputGradient `[…, dim]`, the gradient of what `embed` returned for `ids`
 *  @returns `[ids, dim]`, 0 in rows that no id named */
export function embedGradient(table: Tensor, ids: Tensor, outputGradient: Tensor, options: EmbedOptions = {}): Tensor {
  checkOptions("embedGradient", options, { scale: true }, { Refuse: EmbeddingError });
  const { scale = 1 } = options;
  checkShape("embedGradient", "table", table, ["ids", "dim"]);
  const [rows, dim] = table.shape as [number, number];
  const wanted = checkIds("embedGradient", ids, rows);
  checkShape("embedGradient", "outputGradient", outputGradient, [...ids.shape, dim]);
  const from = readValues(outputGradient);
  const gradient = zeros([rows, dim], outputGradient.dtype === "float64" ? "float64" : "float32");
  for (let place = 0; place < wanted.length; place++) {
    const row = wanted[place] * dim;
    for (let column = 0; column < dim; column++) gradient.data[row + column] += from[place * dim + column] * scale;
  }
  return gradient;
}
