import { FunctionBody, type Local } from "../assembler.ts";
import { multiplyAdd } from "../microkernel.ts";
import type { ValueType } from "../opcodes.ts";
import type { Simd } from "../simd.ts";
import { storePair } from "../vector-pairs.ts";

export interface ProductKernelShape {
  /** Rows of the left operand taken together, 1 to 6. */
  readonly rows: number;
  /** Panels of the right operand taken together: 2 only where vectors are wide. */
  readonly panels: 1 | 2;
  /** Sums begin with the bias, or with what the result holds. */
  readonly begin: "bias" | "result";
  readonly simd: Simd;
}

/** Parameters in their order; all but `depth` are addresses or strides in bytes. */
export const productParameters = [
  "left",
  "leftStride",
  "right",
  "result",
  "resultStride",
  "depth",
  "bias",
  "residual",
  "residualStride",
  /** Of a float32: nothing smaller is added to the residual. */
  "floor",
  /** The second panel, where two are taken together. */
  "next",
] as const;

const unroll = 4;

/** result[row][column] = max(Σ_k left[row][k] × right[k][column] + (bias[column] or result[row][column]), floor) + residual[row][column].
 *  The microkernel of matrix products: operands are read and results written where they lie, so that a product leaves nothing to copy. Rows of the left
 *  operand are dense, columns of the right one lie in panels of eight, and whole panels are written.
 *  As with `emitMicrokernel`, 6 rows × 16 columns are 12 wide sums: 15 of the 16 vector registers of x64. */
export function emitProductKernel({ rows, panels, begin, simd }: ProductKernelShape): FunctionBody {
  const f = new FunctionBody(new Array<ValueType>(productParameters.length - 2 + panels).fill("i32"));
  const [left, leftStride, right, result, resultStride, depth, bias, residual, residualStride, floor, next] =
    productParameters.map((_, index) => f.parameter(index));
  const rights = panels === 1 ? [right] : [right, next];
  /** Byte offsets of the vectors of a step in their panel, and in a row of the result. */
  const vectors = rights.flatMap((from, panel) => [0, 16].map((half) => ({ from, half, offset: panel * 32 + half })));
  const sums = Array.from({ length: rows }, () => vectors.map(() => f.local("v128")));
  const columns = vectors.map(() => f.local("v128"));
  const splat = f.local("v128");
  const end = f.local("i32");
  const starts = sums.map(() => f.local("i32"));
  const to = f.local("i32");

  /** Each row in turn, with `to` where its results belong. */
  const eachRow = (visit: (own: readonly Local[]) => void): void => {
    f.get(result);
    f.set(to);
    for (const own of sums) {
      visit(own);
      f.increase(to, resultStride);
    }
  };
  if (begin === "result") {
    eachRow((own) => {
      for (const [index, sum] of own.entries()) {
        f.get(to);
        f.memory("v128.load", vectors[index].offset);
        f.set(sum);
      }
    });
  } else {
    for (const own of sums) {
      for (const [index, sum] of own.entries()) {
        f.get(bias);
        f.memory("v128.load", vectors[index].offset);
        f.set(sum);
      }
    }
  }
  for (const [row, start] of starts.entries()) {
    f.get(row === 0 ? left : starts[row - 1]);
    if (row > 0) {
      f.get(leftStride);
      f.op("i32.add");
    }
    f.set(start);
  }

  const step = (offset: number): void => {
    for (const [index, { from, half }] of vectors.entries()) {
      f.get(from);
      f.memory("v128.load", offset * 32 + half);
      f.set(columns[index]);
    }
    for (const [row, own] of sums.entries()) {
      f.get(starts[row]);
      f.memory("v128.load32_splat", offset * 4);
      f.set(splat);
      for (const [index, sum] of own.entries()) multiplyAdd(f, splat, columns[index], sum, simd);
    }
  };
  const loopUntil = (steps: number): void => {
    f.get(right);
    f.get(end);
    f.op("i32.lt_u");
    f.if(() => {
      f.op("loop", 0x40);
      for (let offset = 0; offset < steps; offset++) step(offset);
      for (const start of starts) f.increase(start, 4 * steps);
      for (const from of rights) f.increase(from, 32 * steps);
      f.get(right);
      f.get(end);
      f.op("i32.lt_u");
      f.op("br_if", 0);
      f.op("end");
    });
  };
  // whole groups of `unroll` steps, then what is left one by one
  f.get(right);
  f.get(depth);
  f.i32(-unroll);
  f.op("i32.and");
  f.i32(5);
  f.op("i32.shl");
  f.op("i32.add");
  f.set(end);
  loopUntil(unroll);
  f.get(end);
  f.get(depth);
  f.i32(unroll - 1);
  f.op("i32.and");
  f.i32(5);
  f.op("i32.shl");
  f.op("i32.add");
  f.set(end);
  loopUntil(1);

  f.get(floor);
  f.memory("v128.load32_splat");
  f.set(splat);
  eachRow((own) => {
    for (const [index, sum] of own.entries()) {
      f.get(sum);
      f.get(splat);
      f.op("f32x4.pmax"); // a < b ? b : a, so that NaN stays
      f.get(residual);
      f.memory("v128.load", vectors[index].offset);
      f.op("f32x4.add");
      f.set(sum);
    }
    for (const panel of rights.keys()) storePair(f, to, panel * 32, own.slice(2 * panel, 2 * panel + 2));
    f.increase(residual, residualStride);
  });
  return f;
}
