import { FunctionBody, type Local } from "@fovea/wasm-assembler";
import { panelWidth } from "../products/microkernel.ts";
import { emitLoadPair } from "../products/pack.ts";
import { emitTranspose4 } from "../vectors/transpose4.ts";
import { storePair } from "../vectors/vector-pairs.ts";

/** `packPanels(source, stride, target, panelStride, depth, columns, columnStride)`: number k of column c lies at `source + k × stride + c × columnStride`
 *  and goes to `target + (c >> 3) × panelStride + k × 32 + (c & 7) × 4`. The last panel is filled up with what lies behind the columns, or with
 *  copies of the last: nobody reads its sums. Where columns lie dense, as in a transposed operand, blocks of 4 × 4 are turned around. */
export function emitPackPanels(): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
  const [source, stride, target, panelStride, depth, columns, columnStride] = Array.from({ length: 7 }, (_, i) =>
    f.parameter(i),
  );
  const column = f.local("i32");
  const step = f.local("i32");
  const to = f.local("i32");
  const from = f.local("i32");
  const last = f.local("i32");
  const index = f.local("i32");
  const vector = f.local("v128");
  const starts = Array.from({ length: panelWidth }, () => f.local("i32"));
  const wholeBlocks = f.local("i32");
  const [block, spare] = [0, 1].map(() => Array.from({ length: 4 }, () => f.local("v128")));
  const eachPanel = (prepare: () => void, body: () => void): void => {
    f.assign(column, 0);
    f.forRange(column, columns, panelWidth, () => {
      f.get(target);
      f.set(to);
      f.assign(step, 0);
      prepare();
      f.forRange(step, depth, 1, () => {
        body();
        f.increase(to, 32);
      });
      f.increase(target, panelStride);
    });
  };
  const gather = (places: readonly Local[], offset: number): void => {
    for (const [lane, place] of places.entries()) {
      f.get(place);
      if (lane === 0) {
        f.memory("v128.load32_zero");
      } else {
        f.get(vector);
        f.memoryLane("v128.load32_lane", 0, lane);
      }
      f.set(vector);
    }
    f.get(to);
    f.get(vector);
    f.memory("v128.store", offset);
  };

  const turnBlocks = (): void => {
    f.forRange(step, wholeBlocks, 4, () => {
      for (const half of [0, 4]) {
        for (const [row, vector] of block.entries()) {
          f.get(starts[half + row]);
          f.memory("v128.load");
          f.set(vector);
        }
        emitTranspose4(f, block, spare);
        for (const [row, vector] of block.entries()) {
          f.get(to);
          f.get(vector);
          f.memory("v128.store", row * 32 + half * 4);
        }
      }
      for (const start of starts) f.increase(start, 16);
      f.increase(to, 128);
    });
  };

  f.get(depth);
  f.i32(-4);
  f.op("i32.and");
  f.set(wholeBlocks);
  f.get(columns);
  f.i32(1);
  f.op("i32.sub");
  f.set(last);
  f.get(columnStride);
  f.i32(4);
  f.op("i32.eq");
  f.if(
    () =>
      eachPanel(
        () => {
          f.address(source, 0, column, 4);
          f.set(from);
        },
        () => {
          for (const offset of [0, 16]) {
            f.get(to);
            f.get(from);
            f.memory("v128.load", offset);
            f.memory("v128.store", offset);
          }
          f.increase(from, stride);
        },
      ),
    () =>
      eachPanel(
        () => {
          for (const [offset, start] of starts.entries()) {
            f.get(column);
            f.i32(offset);
            f.op("i32.add");
            f.set(index);
            f.get(source);
            f.smaller(index, last);
            f.get(columnStride);
            f.op("i32.mul");
            f.op("i32.add");
            f.set(start);
          }
          f.get(stride);
          f.i32(4);
          f.op("i32.eq");
          f.if(turnBlocks);
        },
        () => {
          gather(starts.slice(0, 4), 0);
          gather(starts.slice(4), 16);
          for (const start of starts) f.increase(start, stride);
        },
      ),
  );
  return f;
}

/** `widenPanel(source, target, depth)`: a panel of int8, 8 bytes a step, as floats, 32 bytes a step. */
export function emitWidenPanel(): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32"]);
  const [source, target, depth] = [0, 1, 2].map((index) => f.parameter(index));
  const step = f.local("i32");
  const pair = [f.local("v128"), f.local("v128")];
  f.assign(step, 0);
  f.forRange(step, depth, 1, () => {
    emitLoadPair(f, "int8", source, 0, pair);
    storePair(f, target, 0, pair);
    f.increase(source, 8);
    f.increase(target, 32);
  });
  return f;
}
