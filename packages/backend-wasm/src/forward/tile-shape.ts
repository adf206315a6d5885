import { microRowsOf } from "../products/microkernel.ts";
import type { Local } from "@fovea/wasm-assembler";
import { parts } from "../memory/scratch.ts";
import { paddedTo4, paddedTo8 } from "../memory/storage.ts";
import type { Simd } from "../vectors/simd.ts";
import type { PairRoom } from "../vectors/vector-pairs.ts";

/** What online softmax knows of a thread's scratch memory. */
export interface SoftmaxPlaces {
  readonly valueDim: number;
  /** Per row: largest score so far (in units of log 2), sum of weights. */
  readonly maxima: number;
  readonly totals: number;
  /** Room for a pair of vectors at any row's place; see `pairRoom`. */
  readonly pairs: number;
}

/** How a tile is cut and where its parts lie in a thread's scratch memory. Offsets and sizes in bytes. */
export interface TileShape extends SoftmaxPlaces {
  readonly headDim: number;
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
  /** Scores, then weights, of one group of rows: `keyTile` floats a row. */
  readonly scores: number;
  /** For one group of rows: which keys each sees, as bits, `keyTile` words a row; and which keys any of them sees. */
  readonly seen: number;
  readonly seenByAny: number;
  /** Sums of weighted values, `paddedTo8(valueDim)` floats a row. */
  readonly sums: number;
  /** Per row: what its sums are multiplied with at the end. */
  readonly factors: number;
  readonly bytes: number;
}

/** 288 × 256 with head size 64 takes 280 KB, which stays in a second-level cache; larger heads get shorter key tiles. The more rows, the more often a packed
 *  key tile is used: 96 rows take 3 % longer at 4,096 keys, which come from farther away. Wide vectors halve the time of the products, so that what
 *  a tile costs beside them is spread over more of both: 1,032 × 384, 740 KB (1,024 keys: 6 %), of which the keys and values stay in
 *  a second-level cache: queries and sums pass by once a key tile. */
export function tileShape(headDim: number, valueDim: number, simd: Simd): TileShape {
  const widest = Math.max(headDim, valueDim);
  const keyTile = widest <= 64 ? (simd.wide ? 384 : 256) : widest <= 128 ? 128 : 64;
  const microRows = microRowsOf(simd);
  const groups = Math.floor((simd.wide ? 1032 : 288) / microRows);
  return layOut({ headDim, valueDim, microRows, queryTile: groups * microRows, keyTile });
}

/** For kernels that keep the scores of their rows over all keys: few rows, so that they take `wholeRowTileBytes` a key tile, 6.5 MB in all at 65,536 keys.
 *  Narrow key tiles, so that short runs of keys waste little of them. The scores come last. */
export function wholeRowShape(headDim: number, valueDim: number, simd: Simd): TileShape {
  const microRows = microRowsOf(simd);
  const shape = layOut({ headDim, valueDim, microRows, queryTile: 4 * microRows, keyTile: 64 });
  return { ...shape, scores: shape.bytes };
}

/** @param state address of a row's place among the maxima */
export const pairRoom = (shape: SoftmaxPlaces, state: Local): PairRoom => ({
  address: state,
  offset: shape.pairs - shape.maxima,
});

/** Bytes of scratch memory for each key tile behind `bytes`: the scores of every row, and of one row a second time. */
export const wholeRowTileBytes = ({ queryTile, keyTile }: TileShape): number => (queryTile + 1) * keyTile * 4;

function layOut(sizes: Pick<TileShape, "headDim" | "valueDim" | "microRows" | "queryTile" | "keyTile">): TileShape {
  const { headDim, valueDim, microRows, queryTile, keyTile } = sizes;
  const rows = queryTile + microRows;
  const places = parts({
    query: rows * paddedTo4(headDim),
    key: keyTile * paddedTo4(headDim),
    value: keyTile * paddedTo8(valueDim),
    scores: microRows * keyTile,
    seen: microRows * keyTile,
    seenByAny: keyTile,
    sums: rows * paddedTo8(valueDim),
    maxima: rows,
    totals: rows,
    factors: rows,
    pairs: rows + 8,
  });
  return { ...sizes, ...places };
}
