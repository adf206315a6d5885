/** Gives every frame to one row, the rows in order and each at least one frame, so that the frames' weights in their rows sum to the most:
 *  dynamic time warping, in which a row may last as long as it likes.
 *  @param rows weights of the frames, `[rows][frames]`, with at least as many frames as rows
 *  @returns the first frame of each row
 *  @see Sakoe & Chiba 1978; the timestamps of Radford et al. 2022 (Whisper) */
export function alignRows(rows: readonly ArrayLike<number>[]): number[] {
  const frames = rows[0]?.length ?? 0;
  const count = rows.length;
  // best[row]: the most that frames up to the present one can sum to when the present one belongs to row
  let best = new Float64Array(count).fill(-Infinity);
  const entered = Array.from({ length: frames }, () => new Uint8Array(count));
  for (let frame = 0; frame < frames; frame++) {
    const next = new Float64Array(count).fill(-Infinity);
    for (let row = 0; row < count; row++) {
      const stay = best[row];
      const enter = row > 0 ? best[row - 1] : frame === 0 ? 0 : -Infinity;
      entered[frame][row] = enter > stay ? 1 : 0;
      next[row] = Math.max(stay, enter) + rows[row][frame];
    }
    best = next;
  }
  const starts = new Array<number>(count).fill(0);
  let row = count - 1;
  for (let frame = frames - 1; frame >= 0 && row >= 0; frame--) {
    if (entered[frame][row] === 1) starts[row--] = frame;
  }
  return starts;
}
