import { type FunctionBody, i32, i32x4, type Local, v128, type Value } from "@fovea/wasm-assembler";
import type { Simd } from "../vectors/simd.ts";
import { storePair, vectorPair } from "../vectors/vector-pairs.ts";

/** Four numbers of a row, or the one to three at its end. */
export interface RowPart {
  /** The four numbers at a pointer; at the end of a row some of them lie behind it. */
  load(pointer: Local): Value;
  /** Writes four numbers, at the end of a row only those that belong to it; what has been stored is not loaded before the next part, and `value` is
   *  this part's own. */
  store(pointer: Local, value: Local): void;
  /** The numbers, 0 in place of those that lie behind the row. */
  inside(numbers: Value): Value;
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
  const moving = pointers.map((pointer) => f.let(pointer));
  const index = f.local("i32");
  /** Numbers from here to the row's end. */
  const left = f.local("i32");
  const advance = (numbers: number): void => {
    for (const pointer of moving) f.increase(pointer, numbers * 4);
    f.increase(left, -numbers);
  };
  f.set(left, columns);
  f.set(index, 0);
  if (simd.wide) {
    const whole = f.let(i32.and(columns, -8));
    f.forRange(index, whole, 8, () => {
      const stored = new Map<Local, Local[]>();
      for (const offset of vectorPair(simd)) {
        const part: RowPart = {
          load: (pointer) => v128.load(pointer, offset),
          store(pointer, value) {
            stored.set(pointer, [...(stored.get(pointer) ?? []), value]);
          },
          inside: (numbers) => numbers,
        };
        body(part, moving);
      }
      for (const [pointer, pair] of stored) storePair(f, pointer, 0, pair);
      advance(8);
    });
    f.release(whole);
  }
  const part: RowPart = {
    load: (pointer) => v128.load(pointer),
    store: (pointer, value) =>
      f.if(
        i32.ge_s(left, 4),
        () => f.emit(v128.store(pointer, value)),
        () => emitStoreFirst(f, pointer, value, left),
      ),
    inside: (numbers) => v128.and(numbers, i32x4.lt_s(i32x4.const(0, 1, 2, 3), i32x4.splat(left))),
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
    f.if(i32.gt_s(count, lane), () => f.emit(v128.store32_lane(pointer, value, lane * 4, lane)));
  }
}
