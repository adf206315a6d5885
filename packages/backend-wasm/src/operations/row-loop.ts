import type { FunctionBody, Local } from "../assembler.ts";

/** Four numbers of a row, or the one to three at its end. */
export interface RowPart {
  /** Pushes the four numbers at a pointer; at the end of a row some of them lie behind it. */
  load(pointer: Local): void;
  /** Writes four numbers, at the end of a row only those that belong to it. */
  store(pointer: Local, value: Local): void;
  /** Makes 0 of those numbers on the stack that lie behind the row; does nothing elsewhere. */
  keepInside(): void;
}

/** Visits `columns` float32 numbers, four at a time, at several places at once. The pointers stay as they were. */
export function emitRow(
  f: FunctionBody,
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
  const whole = f.local("i32");
  const rest = f.local("i32");
  f.get(columns);
  f.i32(-4);
  f.op("i32.and");
  f.set(whole);
  f.assign(index, 0);
  const load = (pointer: Local): void => {
    f.get(pointer);
    f.memory("v128.load");
  };
  const wholePart: RowPart = {
    load,
    store(pointer, value) {
      f.get(pointer);
      f.get(value);
      f.memory("v128.store");
    },
    keepInside: () => {},
  };
  f.forRange(index, whole, 4, () => {
    body(wholePart, moving);
    for (const pointer of moving) f.increase(pointer, 16);
  });
  f.get(columns);
  f.i32(3);
  f.op("i32.and");
  f.tee(rest);
  f.if(() => {
    body(
      {
        load,
        store(pointer, value) {
          for (const lane of [0, 1, 2]) {
            const storeLane = (): void => {
              f.get(pointer);
              f.get(value);
              f.op("v128.store32_lane", 0, lane * 4, lane);
            };
            if (lane === 0) {
              storeLane();
              continue;
            }
            f.get(rest);
            f.i32(lane);
            f.op("i32.gt_s");
            f.if(storeLane);
          }
        },
        keepInside() {
          f.i32x4(0, 1, 2, 3);
          f.get(rest);
          f.op("i32x4.splat");
          f.op("i32x4.lt_s");
          f.op("v128.and");
        },
      },
      moving,
    );
  });
  f.release(...moving, index, whole, rest);
}
