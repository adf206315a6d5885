/** Products of packed panels, summed in float64 over k in order. Both operands come as panels of 4 interleaved rows (columns),
 *  element `[k, i]` at `k * 4 + i`: then 16 sums stay in registers and each loaded number is used 4 times, about 4 times the speed of
 *  three plain loops. Wider tiles spill. */
export const panelWidth = 4;

// prettier-ignore: one line per row of the tile
/** tile[i * 4 + j] = sum over k of left[k, i] * right[k, j]. */
export function multiplyPanels(
  left: Float64Array,
  leftStart: number,
  right: Float64Array,
  depth: number,
  tile: Float64Array,
): void {
  let c00 = 0,
    c01 = 0,
    c02 = 0,
    c03 = 0;
  let c10 = 0,
    c11 = 0,
    c12 = 0,
    c13 = 0;
  let c20 = 0,
    c21 = 0,
    c22 = 0,
    c23 = 0;
  let c30 = 0,
    c31 = 0,
    c32 = 0,
    c33 = 0;
  for (let k = 0, l = leftStart, r = 0; k < depth; k++, l += 4, r += 4) {
    const a0 = left[l],
      a1 = left[l + 1],
      a2 = left[l + 2],
      a3 = left[l + 3];
    const b0 = right[r],
      b1 = right[r + 1],
      b2 = right[r + 2],
      b3 = right[r + 3];
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
  }
  tile[0] = c00;
  tile[1] = c01;
  tile[2] = c02;
  tile[3] = c03;
  tile[4] = c10;
  tile[5] = c11;
  tile[6] = c12;
  tile[7] = c13;
  tile[8] = c20;
  tile[9] = c21;
  tile[10] = c22;
  tile[11] = c23;
  tile[12] = c30;
  tile[13] = c31;
  tile[14] = c32;
  tile[15] = c33;
}

// prettier-ignore: one line per row of the tile
/** tile[j] = sum over k of row[k] * right[k, j], for the rows that do not fill a panel. */
export function multiplyRow(
  row: Float64Array,
  rowStart: number,
  right: Float64Array,
  depth: number,
  tile: Float64Array,
): void {
  let c0 = 0,
    c1 = 0,
    c2 = 0,
    c3 = 0;
  for (let k = 0, r = 0; k < depth; k++, r += 4) {
    const a = row[rowStart + k];
    c0 += a * right[r];
    c1 += a * right[r + 1];
    c2 += a * right[r + 2];
    c3 += a * right[r + 3];
  }
  tile[0] = c0;
  tile[1] = c1;
  tile[2] = c2;
  tile[3] = c3;
}

/** Copies `count` (at most `width`) lines of `depth` numbers into one panel of `width` interleaved lines; lines beyond `count` are zero. */
export function packPanel(
  data: ArrayLike<number>,
  start: number,
  lineStride: number,
  depthStride: number,
  count: number,
  depth: number,
  width: number,
  panel: Float64Array,
  panelStart: number,
): void {
  const end = panelStart + depth * width;
  if (count === panelWidth) {
    // All four lines at once, so that row-major data is read in the order it lies.
    const [second, third, fourth] = [lineStride, 2 * lineStride, 3 * lineStride];
    for (let to = panelStart, from = start; to < end; to += panelWidth, from += depthStride) {
      panel[to] = data[from];
      panel[to + 1] = data[from + second];
      panel[to + 2] = data[from + third];
      panel[to + 3] = data[from + fourth];
    }
    return;
  }
  panel.fill(0, panelStart, end);
  for (let line = 0; line < count; line++) {
    const first = start + line * lineStride;
    for (let to = panelStart + line, from = first; to < end; to += width, from += depthStride) panel[to] = data[from];
  }
}
