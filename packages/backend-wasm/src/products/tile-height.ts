/** Rows of a tile: as few tiles as there must be, of equal height but for the last, in whole groups of the microkernel.
 *  @param most rows that a tile may have */
export function tileHeight(rows: number, most: number, microRows: number): number {
  return Math.min(rows, Math.ceil(rows / Math.ceil(rows / most) / microRows) * microRows);
}
