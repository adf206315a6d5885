import { paddedTo4, paddedTo8 } from "./pack.ts";

/** How a tile is cut and where its parts lie in a thread's scratch memory. Offsets and sizes in bytes. */
export interface TileShape {
  readonly headDim: number;
  readonly valueDim: number;
  /** Rows of the microkernel: 6 with relaxed SIMD; 5 without, whose products need a register of their own. */
  readonly microRows: number;
  /** Most queries and keys in a tile. */
  readonly queryTile: number;
  readonly keyTile: number;
  /** Query rows, `paddedTo4(headDim)` floats each, scaled. */
  readonly query: number;
  /** Packed keys and values of the tile. */
  readonly key: number;
  readonly value: number;
  /** Scores, then weights: `keyTile` floats a row. */
  readonly scores: number;
  /** Sums of weighted values, `paddedTo8(valueDim)` floats a row. */
  readonly sums: number;
  /** Per row: largest score so far (in units of log 2), sum of weights. */
  readonly maxima: number;
  readonly totals: number;
  /** Per row: what its sums are multiplied with at the end. */
  readonly factors: number;
  readonly bytes: number;
}

/** 96 × 192 with head size 64 takes 220 KB, which stays in a second-level cache; larger heads get shorter key tiles. */
export function tileShape(headDim: number, valueDim: number, relaxed: boolean): TileShape {
  const microRows = relaxed ? 6 : 5;
  const queryTile = relaxed ? 96 : 95;
  const widest = Math.max(headDim, valueDim);
  const keyTile = widest <= 64 ? 192 : widest <= 128 ? 128 : 64;
  let end = 0;
  const part = (floats: number): number => {
    const start = end;
    end += (floats * 4 + 63) & ~63;
    return start;
  };
  const rows = queryTile + microRows;
  return {
    headDim,
    valueDim,
    microRows,
    queryTile,
    keyTile,
    query: part(rows * paddedTo4(headDim)),
    key: part(keyTile * paddedTo4(headDim)),
    value: part(keyTile * paddedTo8(valueDim)),
    scores: part(rows * keyTile),
    sums: part(rows * paddedTo8(valueDim)),
    maxima: part(rows),
    totals: part(rows),
    factors: part(rows),
    bytes: end,
  };
}
