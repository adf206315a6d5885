import { microRowsOf, panelWidth } from "../products/microkernel.ts";
import type { Simd } from "../vectors/simd.ts";

/** How products are cut, and where the parts of a tile lie in scratch memory. Offsets and sizes in bytes. */
export interface ProductShape {
  /** Rows of the microkernel: 6 with relaxed SIMD; 5 without, whose products need a register of their own. */
  readonly microRows: number;
  /** Rows that no whole group of `microRows` takes: `least` or more go together. If there are fewer they share with a whole group, of which `first` go
   *  ahead: kernels of one or two rows would wait for their own sums. */
  readonly rests: { readonly least: number; readonly first: number };
  /** Most rows and columns of a task, and steps of the inner axis taken at a time. A panel of 512 steps (16 KB) stays in the first-level cache while all
   *  rows pass by it; 96 rows of 512 steps (200 KB) stay in the second. Taller tiles read weights less often, and are no faster. */
  readonly tileRows: number;
  readonly tileColumns: number;
  readonly tileDepth: number;
  readonly zeros: number;
  readonly zeroBytes: number;
  /** -Infinity */
  readonly lowest: number;
  /** Sums of a last panel that is not whole. */
  readonly tail: number;
  /** Panels of int8 weights as floats, as many as are taken together. */
  readonly panel: number;
  readonly bytes: number;
}

/** The same for products of up to `fewRows` rows. */
export interface FewRowsProductShape {
  readonly microRows: number;
  /** Every jump to another panel costs address translations and a start of the prefetcher (10 GB/s at 256 steps, 20 at 2,048). */
  readonly tileDepth: number;
  /** Rows of the left operand: 64 bytes longer than they need, so that rows do not fall on the same lines of the cache. */
  readonly left: number;
  readonly leftStride: number;
  readonly sums: number;
  readonly sumStride: number;
  readonly panel: number;
  readonly bytes: number;
}

/** Rows up to which reading weights takes longer than multiplying. */
export const fewRows = 12;

/** Rows up to which int8 weights are widened in registers, once for each row, and not in scratch memory, once for all. */
export const fewestRows = 5;

const tileColumns = 512;

/** Bytes of the panels that are taken together. */
const panelBytes = (depth: number, simd: Simd): number => (simd.wide ? 2 : 1) * depth * panelWidth * 4;

export function productShape(simd: Simd): ProductShape {
  const microRows = microRowsOf(simd);
  const tileRows = Math.floor(96 / microRows) * microRows;
  const tileDepth = 512;
  const zeroBytes = 64;
  const lowest = zeroBytes;
  const tail = lowest + 64;
  const panel = tail + tileRows * panelWidth * 4;
  return {
    microRows,
    rests: { least: 3, first: Math.ceil((microRows + 1) / 2) },
    tileRows,
    tileColumns,
    tileDepth,
    zeros: 0,
    zeroBytes,
    lowest,
    tail,
    panel,
    bytes: panel + panelBytes(tileDepth, simd),
  };
}

export function fewRowsProductShape(simd: Simd): FewRowsProductShape {
  const tileDepth = 2048;
  const leftStride = tileDepth * 4 + 64;
  const sumStride = tileColumns * 4;
  const sums = fewRows * leftStride;
  const panel = sums + fewRows * sumStride;
  return {
    microRows: microRowsOf(simd),
    tileDepth,
    left: 0,
    leftStride,
    sums,
    sumStride,
    panel,
    bytes: panel + panelBytes(tileDepth, simd) + 64,
  };
}
