import { type Callee, FunctionBody, type Local, type ModuleBuilder } from "@fovea/wasm-assembler";
import { mergeTask, type MergeField, partBytes } from "./backward-layout.ts";
import type { BackwardShape } from "./backward-shape.ts";
import { panelWidth } from "../products/microkernel.ts";
import { paddedTo4 } from "../memory/storage.ts";
import { emitTranspose4 } from "../vectors/transpose4.ts";

/** Adds `mergeSums(task, scratch)`: the gradients of some keys of one key head from the sums of all tasks that saw them, always in the same order.
 *  Sums lie in panels of eight keys side by side; here they become rows.
 *  @returns the function's index */
export function addMergeSums(module: ModuleBuilder, shape: BackwardShape): Callee {
  const f = new FunctionBody(["i32", "i32"]);
  const [task, scratch] = [f.parameter(0), f.parameter(1)];
  const int = (field: MergeField): void => {
    f.emit(mergeTask.read(task, field));
  };
  const key = f.local("i32");
  const end = f.local("i32");
  const part = f.local("i32");
  const partEnd = f.local("i32");
  const source = f.local("i32");
  int("endKey");
  f.set(end);
  int("firstKey");
  f.set(key);
  f.forRange(key, end, panelWidth, () => {
    for (const [size, sumOffset, target, stride] of [
      [shape.headDim, 0, "keyGradient", "keyGradientStride"],
      [shape.valueDim, 4, "valueGradient", "valueGradientStride"],
    ] as const) {
      f.get(scratch);
      f.i32(0);
      f.i32(paddedTo4(size) * 32);
      f.op("memory.fill", 0);
      int("parts");
      f.tee(part);
      int("partCount");
      f.i32(partBytes);
      f.op("i32.mul");
      f.op("i32.add");
      f.set(partEnd);
      f.forAddresses(part, partEnd, partBytes, () => {
        f.get(part);
        f.memory("i32.load", 8);
        f.get(key);
        f.op("i32.le_s");
        f.get(key);
        f.get(part);
        f.memory("i32.load", 12);
        f.op("i32.lt_s");
        f.op("i32.and");
        f.if(() => {
          f.get(part);
          f.memory("i32.load", sumOffset);
          f.get(key);
          f.i32(size * 4);
          f.op("i32.mul");
          f.op("i32.add");
          f.set(source);
          emitAdd(f, source, scratch, size * 32);
        });
      });
      int(target);
      f.get(key);
      int(stride);
      f.op("i32.mul");
      f.op("i32.add");
      f.set(source);
      emitRows(f, scratch, source, key, end, size, {
        stride: () => int(stride),
        scale:
          size === shape.headDim && target === "keyGradient"
            ? () => {
                f.emit(mergeTask.read(task, "scale"));
              }
            : () => f.f32(1),
      });
    }
  });
  return module.add(f);
}

/** target[0…bytes) += source[0…bytes) */
function emitAdd(f: FunctionBody, source: Local, target: Local, bytes: number): void {
  const offset = f.local("i32");
  const to = f.local("i32");
  f.assign(offset, 0);
  f.forRange(offset, bytes, 16, () => {
    f.address(target, 0, offset);
    f.tee(to);
    f.get(to);
    f.memory("v128.load");
    f.address(source, 0, offset);
    f.memory("v128.load");
    f.op("f32x4.add");
    f.memory("v128.store");
  });
  f.release(offset, to);
}

/** Rows of `size` numbers × scale at `target` from a panel, as many of the eight as lie before key `end`. */
function emitRows(
  f: FunctionBody,
  panel: Local,
  target: Local,
  key: Local,
  end: Local,
  size: number,
  push: { stride(): void; scale(): void },
): void {
  const block = [0, 1, 2, 3].map(() => f.local("v128"));
  const spare = [0, 1, 2, 3].map(() => f.local("v128"));
  const to = f.local("i32");
  const from = f.local("i32");
  const column = f.local("i32");
  const factor = f.local("v128");
  push.scale();
  f.splat();
  f.set(factor);
  for (const half of [0, 16]) {
    const storeBlock = (lanes: number): void => {
      for (const [i, vector] of block.entries()) {
        f.get(from);
        f.memory("v128.load", i * 32 + half);
        f.get(factor);
        f.op("f32x4.mul");
        f.set(vector);
      }
      emitTranspose4(f, block, spare);
      f.get(target);
      f.get(column);
      f.op("i32.add");
      f.set(to);
      for (const [i, vector] of block.entries()) {
        f.get(key);
        f.i32(half / 4 + i);
        f.op("i32.add");
        f.get(end);
        f.op("i32.lt_s");
        f.if(() => {
          for (let lane = 0; lane < (lanes === 4 ? 1 : lanes); lane++) {
            f.get(to);
            f.get(vector);
            if (lanes === 4) f.memory("v128.store");
            else {
              f.lane("f32x4.extract_lane", lane);
              f.memory("f32.store", lane * 4);
            }
          }
        });
        f.get(to);
        push.stride();
        f.op("i32.add");
        f.set(to);
      }
    };
    f.get(panel);
    f.set(from);
    f.assign(column, 0);
    f.forRange(column, (size & ~3) * 4, 16, () => {
      storeBlock(4);
      f.increase(from, 128);
    });
    if (size % 4 > 0) storeBlock(size % 4);
    if (half === 0) {
      f.get(target);
      push.stride();
      f.i32(4);
      f.op("i32.mul");
      f.op("i32.add");
      f.set(target);
    }
  }
  f.release(...block, ...spare, to, from, column, factor);
}
