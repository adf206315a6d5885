import { address, FunctionBody, i32, type Local, smaller, v128 } from "@fovea/wasm-assembler";
import { panelWidth } from "../products/microkernel.ts";
import { loadPair } from "../vectors/load4.ts";
import { emitTranspose4 } from "../vectors/transpose4.ts";
import { storePair } from "../vectors/vector-pairs.ts";

/** `packPanels(source, stride, target, panelStride, depth, columns, columnStride)`: number k of column c lies at `source + k × stride + c × columnStride`
 *  and goes to `target + (c >> 3) × panelStride + k × 32 + (c & 7) × 4`. The last panel is filled up with what lies behind the columns, or with
 *  copies of the last: nobody reads its sums. Where columns lie dense, as in a transposed operand, blocks of 4 × 4 are turned around. */
export function emitPackPanels(): FunctionBody {
  const f = new FunctionBody();
  const { source, stride, target, panelStride, depth, columns, columnStride } = f.parameters({
    source: "i32",
    stride: "i32",
    target: "i32",
    panelStride: "i32",
    depth: "i32",
    columns: "i32",
    columnStride: "i32",
  });
  const [column, step, to, from, last, index] = f.locals("i32", 6);
  const vector = f.local("v128");
  const starts = f.locals("i32", panelWidth);
  const wholeBlocks = f.local("i32");
  const [block, spare] = [f.locals("v128", 4), f.locals("v128", 4)];
  const eachPanel = (prepare: () => void, body: () => void): void => {
    f.set(column, 0);
    f.forRange(column, columns, panelWidth, () => {
      f.set(to, target);
      f.set(step, 0);
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
      f.set(vector, lane === 0 ? v128.load32_zero(place) : v128.load32_lane(place, vector, 0, lane));
    }
    f.emit(v128.store(to, vector, offset));
  };

  const turnBlocks = (): void =>
    f.forRange(step, wholeBlocks, 4, () => {
      for (const half of [0, 4]) {
        for (const [row, vector] of block.entries()) f.set(vector, v128.load(starts[half + row]));
        emitTranspose4(f, block, spare);
        for (const [row, vector] of block.entries()) f.emit(v128.store(to, vector, row * 32 + half * 4));
      }
      for (const start of starts) f.increase(start, 16);
      f.increase(to, 128);
    });

  f.set(wholeBlocks, i32.and(depth, -4));
  f.set(last, i32.sub(columns, 1));
  f.if(
    i32.eq(columnStride, 4),
    () =>
      eachPanel(
        () => f.set(from, address(source, 0, column, 4)),
        () => {
          for (const offset of [0, 16]) f.emit(v128.store(to, v128.load(from, offset), offset));
          f.increase(from, stride);
        },
      ),
    () =>
      eachPanel(
        () => {
          for (const [offset, start] of starts.entries()) {
            f.set(index, i32.add(column, offset));
            f.set(start, i32.add(source, i32.mul(smaller(index, last), columnStride)));
          }
          f.if(i32.eq(stride, 4), turnBlocks);
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
  const f = new FunctionBody();
  const { source, target, depth } = f.parameters({ source: "i32", target: "i32", depth: "i32" });
  const step = f.local("i32");
  const pair = f.locals("v128", 2);
  f.set(step, 0);
  f.forRange(step, depth, 1, () => {
    loadPair(f, "int8", source, 0, pair);
    storePair(f, target, 0, pair);
    f.increase(source, 8);
    f.increase(target, 32);
  });
  return f;
}
