import type { FunctionBody, Local } from "./assembler.ts";
import { readAhead } from "./heap.ts";
import type { ValueType } from "./opcodes.ts";
import type { Storage } from "./pack.ts";

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
  readonly relaxed: boolean;
}

/** Bytes that come from memory together. */
const cacheLine = 64;
const unroll = 4;

/** Repeats `body` for every pair of keys: `at` goes on by two numbers until it reaches `end`. */
export function eachPair(f: FunctionBody, at: Local, end: Local, body: () => void): void {
  f.forRange(at, end, 8, body);
}

/** Ints of a strip function; of int8 rows one more, the address of the first row's scale. */
export const stripParameters = (storage: Storage): ValueType[] =>
  new Array<ValueType>(storage === "int8" ? 6 : 5).fill("i32");

/** Sets the pointers of the next two rows and asks for all their cache lines in order: memory comes fastest in sequence, but the rows are read side
 *  by side, and a processor looks too few instructions ahead to have enough lines under way by itself. One read goes further ahead, so that the
 *  next page is found in time. */
export function startPair(
  f: FunctionBody,
  row: Local,
  stride: Local,
  pointers: readonly Local[],
  rowBytes: number,
): void {
  f.get(row);
  f.memory("i32.load8_u", readAhead);
  f.op("drop");
  for (const pointer of pointers) {
    f.get(row);
    f.set(pointer);
    for (let offset = 0; offset < rowBytes; offset += cacheLine) {
      f.get(pointer);
      f.memory("i32.load8_u", offset);
      f.op("drop");
    }
    f.increase(row, stride);
  }
}

/** Whole rounds of `unroll` steps over a row; returns the first column that they leave, for which `pointers` are set.
 *  @param pointers each with the bytes of a column */
export function unrolled(
  f: FunctionBody,
  at: Local,
  last: Local,
  pointers: readonly (readonly [pointer: Local, bytes: number])[],
  columns: number,
  step: (index: number) => void,
): number {
  const rounds = Math.floor(columns / (4 * unroll));
  if (rounds === 0) return 0;
  f.address(at, rounds * unroll * 16);
  f.set(last);
  f.forRange(at, last, 0, () => {
    for (let index = 0; index < unroll; index++) step(index);
    for (const [pointer, bytes] of pointers) f.increase(pointer, unroll * 4 * bytes);
  });
  return rounds * unroll * 4;
}
