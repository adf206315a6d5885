import { microRowsOf } from "../products/microkernel.ts";
import { paddedTo4, paddedTo8 } from "../memory/storage.ts";
import type { Simd } from "../vectors/simd.ts";

/** How a tile of the backward kernel is cut and where its parts lie in a thread's scratch memory. Offsets and sizes in bytes. */
export interface BackwardShape {
  readonly headDim: number;
  readonly valueDim: number;
  /** Rows of the microkernel: 6 with relaxed SIMD; 5 without, whose products need a register of their own. */
  readonly microRows: number;
  /** Most queries and keys in a tile. */
  readonly queryTile: number;
  readonly keyTile: number;
  /** Query rows, scaled, and rows of the output's gradient; then both packed in columns. */
  readonly query: number;
  readonly outputGradient: number;
  readonly queryColumns: number;
  readonly outputColumns: number;
  /** Keys and values packed in columns, keys packed in rows. */
  readonly keyColumns: number;
  readonly valueColumns: number;
  readonly keyRows: number;
  /** Scores, then what multiplies the values; and their gradients, then those of the scores. Both in panels of eight keys: number (query, key) at
   *  `(key >> 3) × scorePanel + query × 32 + (key & 7) × 4`. Read so, a tile is a right operand, and a left one, and its own transpose. */
  readonly weights: number;
  readonly gradients: number;
  readonly scorePanel: number;
  /** Gradients of the query rows, `paddedTo8(headDim)` floats a row. */
  readonly queryGradient: number;
  /** Per row: what its scores are weighed by; and two sums over the row, of which the first becomes the mean that its gradients are taken from. */
  readonly shifts: number;
  readonly factors: number;
  readonly means: number;
  readonly shares: number;
  readonly bytes: number;
}

/** 96 × 128 with head size 64 takes 340 KB, which stays in a second-level cache. */
export function backwardShape(headDim: number, valueDim: number, simd: Simd): BackwardShape {
  const microRows = microRowsOf(simd);
  const queryTile = 96;
  const widest = Math.max(headDim, valueDim);
  const keyTile = widest <= 128 ? 128 : 64;
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
    outputGradient: part(rows * paddedTo4(valueDim)),
    queryColumns: part(queryTile * paddedTo4(headDim)),
    outputColumns: part(queryTile * paddedTo4(valueDim)),
    keyColumns: part(keyTile * paddedTo4(headDim)),
    valueColumns: part(keyTile * paddedTo4(valueDim)),
    keyRows: part(keyTile * paddedTo8(headDim)),
    weights: part(rows * keyTile),
    gradients: part(rows * keyTile),
    scorePanel: rows * 32,
    queryGradient: part(rows * paddedTo8(headDim)),
    shifts: part(rows),
    factors: part(rows),
    means: part(rows),
    shares: part(rows),
    bytes: end,
  };
}
