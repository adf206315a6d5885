/** A matrix as rows of (column, value), zeros left out. */
export interface SparseRows {
  readonly columnCount: number;
  /** Entries `starts[row] … starts[row + 1] - 1` are the row's. */
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/** Rows without any zeros left out, so that what layers compute can be the input of a layer.
 *  @param values `[rows, columnCount]` */
export function denseRows(values: Float32Array, columnCount: number): SparseRows {
  const starts = new Int32Array(values.length / columnCount + 1);
  for (let row = 0; row < starts.length; row++) starts[row] = row * columnCount;
  const columns = new Int32Array(values.length);
  for (let entry = 0; entry < values.length; entry++) columns[entry] = entry % columnCount;
  return { columnCount, starts, columns, values };
}

/** Projects rows by one kernel per head: the rows' matrix product with each.
 *  @param kernel `[heads, columnCount, features]`
 *  @param factors `[heads, entries]` or null: what each head multiplies each entry by, as dropout does
 *  @returns `[heads, rows, features]` */
export function project(
  { starts, columns, values, columnCount }: SparseRows,
  kernel: Float32Array,
  features: number,
  factors: Float32Array | null,
): Float32Array {
  const rows = starts.length - 1;
  const heads = kernel.length / (columnCount * features);
  const projected = new Float32Array(heads * rows * features);
  const sum = new Float64Array(features);
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < rows; row++) {
      sum.fill(0);
      for (let entry = starts[row]; entry < starts[row + 1]; entry++) {
        const value = factors ? values[entry] * factors[head * values.length + entry] : values[entry];
        if (value === 0) continue;
        const from = (head * columnCount + columns[entry]) * features;
        for (let feature = 0; feature < features; feature++) sum[feature] += value * kernel[from + feature];
      }
      projected.set(sum, (head * rows + row) * features);
    }
  }
  return projected;
}

/** Gradients of a loss through `project`.
 *  @param gradient of what it returned, `[heads, rows, features]`
 *  @returns of the kernel, and of the rows' values, `[entries]` */
export function projectGradients(
  { starts, columns, values, columnCount }: SparseRows,
  kernel: Float32Array,
  features: number,
  factors: Float32Array | null,
  gradient: Float32Array,
): { readonly kernel: Float32Array; readonly values: Float32Array } {
  const rows = starts.length - 1;
  const heads = kernel.length / (columnCount * features);
  const kernelGradient = new Float32Array(kernel.length);
  const valueGradient = new Float32Array(values.length);
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < rows; row++) {
      const upstream = (head * rows + row) * features;
      for (let entry = starts[row]; entry < starts[row + 1]; entry++) {
        const factor = factors ? factors[head * values.length + entry] : 1;
        if (factor === 0) continue;
        const from = (head * columnCount + columns[entry]) * features;
        let sum = 0;
        for (let feature = 0; feature < features; feature++) {
          kernelGradient[from + feature] += factor * values[entry] * gradient[upstream + feature];
          sum += kernel[from + feature] * gradient[upstream + feature];
        }
        valueGradient[entry] += factor * sum;
      }
    }
  }
  return { kernel: kernelGradient, values: valueGradient };
}
