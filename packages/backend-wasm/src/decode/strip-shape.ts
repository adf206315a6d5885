import { address, type FunctionBody, i32, type Local, select } from "@fovea/wasm-assembler";
import { readAhead } from "../memory/heap.ts";
import type { Storage } from "../memory/storage.ts";
import type { Simd } from "../vectors/simd.ts";

/** Most rows taken together: 4 rows × 2 keys are 8 sums, enough to hide the latency of a fused multiply-add. */
export const stripRows = 4;

export interface StripShape {
  readonly headDim: number;
  readonly valueDim: number;
  /** Of the keys or values: float16 is widened beforehand. */
  readonly storage: Exclude<Storage, "float16">;
  /** 1 to 4. */
  readonly rows: number;
  /** Bytes from one row of scores or weights to the next. */
  readonly scoreStride: number;
  readonly simd: Simd;
}

/** Bytes of memory that `stripScores` needs: a pair of vectors for each row and key. */
export const stripRoom: number = stripRows * 2 * 32;

/** Bytes that come from memory together. */
const cacheLine = 64;
/** Bytes whose address is looked up together. */
const pageBytes = 4096;

/** Repeats `body` for every pair of keys: `at` goes on by two numbers until it reaches `end`. */
export function eachPair(f: FunctionBody, at: Local, end: Local, body: () => void): void {
  f.forAddresses(at, end, 8, body);
}

/** The parameter behind all others that strip functions of int8 have: the address of the first row's scale. */
export const scalesParameter = (storage: Storage): { readonly scales?: "i32" } =>
  storage === "int8" ? { scales: "i32" } : {};

/** How two rows are read side by side without waiting: memory comes fastest in sequence, and a processor looks too few instructions ahead to
 *  have enough lines under way by itself. Where rows follow one another, their lines are asked for in order, evenly spread over the arithmetic and a
 *  little ahead; elsewhere those of a pair at its start. Spread, one thread of a Zen 4 reads 6 to 12 % more a second than in bursts. */
export interface ReadAhead {
  /** What is asked for next, less `distance`. */
  readonly at: Local;
  /** Bytes of two rows that a round of `unrolled` goes through; 0 where rows do not follow one another. */
  readonly step: Local;
  readonly roundBytes: number;
  /** Vectors of a row that a round goes through. */
  readonly unroll: number;
  /** Bytes from what is read to what is asked for; one thread of a Zen 4 reads 4 % more a second than at 640,
   *  and 8 % more than at 1,024. */
  readonly distance: number;
  /** Where a line is asked for. Wide vectors need few instructions for a line, too few for the processor to fetch those behind it unasked: asked for
   *  three or four times, it does, and reads twice as much a second. */
  readonly places: readonly number[];
}

/** Finds out whether rows follow one another: once for all pairs.
 *  @param wideAsks how often a line is asked for where vectors are wide */
export function startReadAhead(
  f: FunctionBody,
  simd: Simd,
  stride: Local,
  columns: number,
  columnBytes: number,
  wideAsks: 3 | 4,
): ReadAhead {
  const unroll = simd.wide ? 8 : 4;
  const roundBytes = 2 * 4 * unroll * columnBytes;
  const step = f.let(select(columns < 4 * unroll ? 0 : roundBytes, 0, i32.eq(stride, columns * columnBytes)));
  const asks = simd.wide
    ? { distance: 384, places: [0, 16, 32, 48].slice(0, wideAsks) }
    : { distance: 256, places: [0] };
  return { at: f.local("i32"), step, roundBytes, unroll, ...asks };
}

/** Sets the pointers of the next two rows, and asks for their lines where `unrolled` does not. One read goes further, so that the next page is found in
 *  time, with the first rows of a page or where rows lie apart: a Zen 4 reads a sixth more a second. */
export function startPair(
  f: FunctionBody,
  row: Local,
  stride: Local,
  pointers: readonly Local[],
  rowBytes: number,
  ahead: ReadAhead,
): void {
  f.set(ahead.at, row);
  for (const pointer of pointers) {
    f.set(pointer, row);
    f.increase(row, stride);
  }
  f.if(
    ahead.step,
    () => f.if(i32.lt_u(i32.and(pointers[0], pageBytes - 1), 2 * rowBytes), () => ask(f, pointers[0], readAhead)),
    () => {
      ask(f, pointers[0], readAhead);
      for (const pointer of pointers) {
        for (let offset = 0; offset < rowBytes; offset += cacheLine) ask(f, pointer, offset);
      }
    },
  );
}

/** Reads a byte for nothing: the line it lies on is on its way from then on. */
function ask(f: FunctionBody, pointer: Local, offset: number): void {
  f.drop(i32.load8_u(pointer, offset));
}

/** Whole rounds of `unroll` steps over a row; returns the first column that they leave, for which `pointers` are set.
 *  @param pointers each with the bytes of a column */
export function unrolled(
  f: FunctionBody,
  at: Local,
  last: Local,
  pointers: readonly (readonly [pointer: Local, bytes: number])[],
  columns: number,
  ahead: ReadAhead,
  step: (index: number) => void,
): number {
  const { unroll } = ahead;
  const rounds = Math.floor(columns / (4 * unroll));
  if (rounds === 0) return 0;
  const stepsPerLine = Math.min(unroll, (unroll * cacheLine) / ahead.roundBytes);
  f.set(last, address(at, rounds * unroll * 16));
  f.forAddresses(at, last, 0, () => {
    for (let index = 0; index < unroll; index++) {
      if (index % stepsPerLine === 0) {
        const line = ahead.distance + (index / stepsPerLine) * cacheLine;
        for (const place of ahead.places) ask(f, ahead.at, line + place);
      }
      step(index);
    }
    f.increase(ahead.at, ahead.step);
    for (const [pointer, bytes] of pointers) f.increase(pointer, unroll * 4 * bytes);
  });
  return rounds * unroll * 4;
}
