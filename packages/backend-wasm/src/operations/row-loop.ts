import type { FunctionBody, Local } from "@fovea/wasm-assembler";
import type { Simd } from "../vectors/simd.ts";
import { storePair, vectorPair } from "../vectors/vector-pairs.ts";

/** Four numbers of a row, or the one to three at its end. */
export interface RowPart {
  /** Pushes the four numbers at a pointer; at the end of a row some of them lie behind it. */
  load(pointer: Local): void;
  /** Writes four numbers, at the end of a row only those that belong to it; what has been stored is not loaded before the next part, and `value` is
   *  this part's own. */
  store(pointer: Local, value: Local): void;
  /** Makes 0 of those numbers on the stack that lie behind the row. */
  keepInside(): void;
}

/** Visits `columns` float32 numbers, four at a time, at several places at once; where vectors are wide, `body` is written twice for eight at a time as
 *  long as there are as many. The pointers stay as they were. */
export function emitRow(
  f: FunctionBody,
  simd: Simd,
  columns: Local,
  pointers: readonly Local[],
  body: (part: RowPart, at: readonly Local[]) => void,
): void {
  const moving = pointers.map((pointer) => {
    const local = f.local("i32");
    f.get(pointer);
    f.set(local);
    return local;
  });
  const index = f.local("i32");
  /** Numbers from here to the row's end. */
  const left = f.local("i32");
  const advance = (numbers: number): void => {
    for (const pointer of moving) f.increase(pointer, numbers * 4);
    f.increase(left, -numbers);
  };
  f.get(columns);
  f.set(left);
  f.assign(index, 0);
  if (simd.wide) {
    const whole = f.local("i32");
    f.get(columns);
    f.i32(-8);
    f.op("i32.and");
    f.set(whole);
    f.forRange(index, whole, 8, () => {
      const stored = new Map<Local, Local[]>();
      for (const offset of vectorPair(simd)) {
        const part: RowPart = {
          load(pointer) {
            f.get(pointer);
            f.memory("v128.load", offset);
          },
          store(pointer, value) {
            stored.set(pointer, [...(stored.get(pointer) ?? []), value]);
          },
          keepInside() {},
        };
        body(part, moving);
      }
      for (const [pointer, pair] of stored) storePair(f, pointer, 0, pair);
      advance(8);
    });
    f.release(whole);
  }
  const part: RowPart = {
    load(pointer) {
      f.get(pointer);
      f.memory("v128.load");
    },
    store(pointer, value) {
      f.get(left);
      f.i32(4);
      f.op("i32.ge_s");
      f.if(
        () => {
          f.get(pointer);
          f.get(value);
          f.memory("v128.store");
        },
        () => emitStoreFirst(f, pointer, value, left),
      );
    },
    keepInside() {
      f.i32x4(0, 1, 2, 3);
      f.get(left);
      f.op("i32x4.splat");
      f.op("i32x4.lt_s");
      f.op("v128.and");
    },
  };
  f.forRange(index, columns, 4, () => {
    body(part, moving);
    advance(4);
  });
  f.release(...moving, index, left);
}

/** Stores the first `count` numbers of a vector, 1 to 3. */
function emitStoreFirst(f: FunctionBody, pointer: Local, value: Local, count: Local): void {
  for (const lane of [0, 1, 2]) {
    f.get(count);
    f.i32(lane);
    f.op("i32.gt_s");
    f.if(() => {
      f.get(pointer);
      f.get(value);
      f.memoryLane("v128.store32_lane", lane * 4, lane);
    });
  }
}
