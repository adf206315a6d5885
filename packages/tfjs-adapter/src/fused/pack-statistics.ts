import type { Forward, Normalizer } from "@fovea/dot-product-attention";
import { readValues, size, tensor } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";

type Statistics = Pick<Forward, "rowMaximum" | "rowTotal" | "threshold">;

/** float32 numbers whose sum a float64 is: 3 × 24 bits hold its 53. */
const parts = 3;

/** What forward remembers of its rows, which is float64, as one tensor of TensorFlow.js's float32.
 *  @returns `[2, 3, batch, heads, queries]`: the largest score, then total or threshold, each as the sum of three; null where nothing is to be
 *  remembered */
export function packStatistics({ rowMaximum, rowTotal, threshold }: Statistics): Tensor | null {
  const statistic = rowTotal ?? threshold;
  if (!statistic) return null;
  const rows = size(rowMaximum);
  const packed = new Float32Array(2 * parts * rows);
  for (const [index, source] of [rowMaximum, statistic].entries()) {
    for (const [row, number] of readValues(source).entries()) {
      let rest = number;
      for (let part = 0; part < parts; part++) {
        const place = (index * parts + part) * rows + row;
        packed[place] = rest;
        // Infinity and NaN are whole in the first part
        rest = Number.isFinite(packed[place]) ? rest - packed[place] : 0;
      }
    }
  }
  return tensor(packed, { shape: [2, parts, ...rowMaximum.shape] });
}

/** What `packStatistics` was given, bit for bit within the range of float32. */
export function unpackStatistics(packed: Tensor, normalizer: Normalizer): Statistics {
  const shape = packed.shape.slice(2);
  const values = readValues(packed);
  const rows = values.length / (2 * parts);
  const [rowMaximum, statistic] = [0, 1].map((index) => {
    const sums = new Float64Array(rows);
    // from the smallest part: then every sum is exact
    for (let part = parts - 1; part >= 0; part--) {
      for (let row = 0; row < rows; row++) sums[row] += values[(index * parts + part) * rows + row];
    }
    return tensor(sums, { shape });
  });
  const isThreshold = normalizer === "sparsemax" || normalizer === "entmax15";
  return { rowMaximum, rowTotal: isThreshold ? null : statistic, threshold: isThreshold ? statistic : null };
}
