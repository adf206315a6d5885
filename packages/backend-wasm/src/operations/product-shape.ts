import { microRowsOf } from "../microkernel.ts";
import type { Simd } from "../simd.ts";

/** How products are cut, and where the parts of a tile lie in scratch memory. Offsets and sizes in bytes. */
export interface ProductShape {
  /** Rows of the microkernel: 6 with relaxed SIMD; 5 without, whose products need a register of their own. */
  readonly microRows: number;
  /** Most rows and columns of a task, and steps of the inner axis taken at a time. A panel of 512 steps (16 KB) stays in the first-level cache while all
   *  rows pass by it; 96 rows of 512 steps (200 KB) and their sums (as much) stay in the second. Half of each costs 6 % of 512³: the left operand is
   *  copied once for every tile of columns, and sums are loaded and stored once for every part of the depth. */
  readonly tileRows: number;
  readonly tileColumns: number;
  readonly tileDepth: number;
  /** With `longRows` or less, reading weights takes longer than multiplying: then as many steps of a panel follow one another as there is room for in
   *  `left`, because every jump to another panel costs address translations and a start of the prefetcher (10 GB/s at 256 steps, 20 at 2,048). */
  readonly longDepth: number;
  readonly longRows: number;
  /** Rows of the left operand: 64 bytes longer than they need, so that rows do not fall on the same lines of the cache. */
  readonly left: number;
  readonly leftStride: number;
  readonly longStride: number;
  readonly sums: number;
  readonly sumStride: number;
  /** Panels of int8 weights as floats, as many as are taken together. */
  readonly panel: number;
  readonly bytes: number;
}

/** Rows up to which int8 weights are widened in registers, once for each row, and not in scratch memory, once for all. */
export const fewRows = 5;

export function productShape(simd: Simd): ProductShape {
  const microRows = microRowsOf(simd);
  const tileRows = simd.relaxed ? 96 : 95;
  const tileColumns = 512;
  const tileDepth = 512;
  const leftStride = tileDepth * 4 + 64;
  const longDepth = 2048;
  const longStride = longDepth * 4 + 64;
  const sumStride = tileColumns * 4;
  const sums = tileRows * leftStride + 64;
  const panel = sums + tileRows * sumStride;
  return {
    microRows,
    tileRows,
    tileColumns,
    tileDepth,
    longDepth,
    longRows: 12,
    left: 0,
    leftStride,
    longStride,
    sums,
    sumStride,
    panel,
    bytes: panel + (simd.wide ? 2 : 1) * longDepth * 32 + 64,
  };
}
