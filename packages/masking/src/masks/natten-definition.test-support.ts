/** NATTEN's own definition, written from its documentation and not from our program: a pixel looks for the `kernel` nearest indices along each
 *  axis by sliding a window, centered on it, back inside. Even windows have one more before than after.
 *  @param order row-major pixel at each position
 *  @returns the picture that `draw` should give */
export function nattenPicture(
  canvas: readonly [number, number],
  kernel: readonly [number, number],
  order: ArrayLike<number>,
): string {
  const lines: string[] = [];
  for (let query = 0; query < order.length; query++) {
    const rows = window(Math.floor(order[query] / canvas[1]), canvas[0], kernel[0]);
    const columns = window(order[query] % canvas[1], canvas[1], kernel[1]);
    const seen = new Set(rows.flatMap((row) => columns.map((column) => row * canvas[1] + column)));
    lines.push(Array.from({ length: order.length }, (_, key) => (seen.has(order[key]) ? "█" : "·")).join(""));
  }
  return lines.join("\n");
}

/** The `size` indices nearest to `index`: a window centered on it, slid back inside `0 … length - 1`. */
function window(index: number, length: number, size: number): number[] {
  let indices = Array.from({ length: size }, (_, i) => index - Math.floor(size / 2) + i);
  while (indices[0] < 0) indices = indices.map((i) => i + 1);
  while (indices[indices.length - 1] >= length) indices = indices.map((i) => i - 1);
  return indices;
}
