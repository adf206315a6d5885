import { FunctionBody, type ValueType } from "@fovea/wasm-assembler";
import { multiplyAdd } from "../products/microkernel.ts";
import { emitProductSteps } from "../products/product-steps.ts";
import type { Simd } from "../vectors/simd.ts";
import { storePair } from "../vectors/vector-pairs.ts";

export interface ProductKernelShape {
  /** Rows of the left operand taken together, 1 to 6. */
  readonly rows: number;
  /** Panels of the right operand taken together: 2 only where vectors are wide. */
  readonly panels: 1 | 2;
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
  /** What the sums begin with: a bias (stride 0), or what the result holds. */
  "begin",
  "beginStride",
  "residual",
  "residualStride",
  /** Of a float32: nothing smaller is added to the residual. */
  "floor",
  /** The second panel, where two are taken together. */
  "next",
] as const;

/** result[row][column] = max(Σ_k left[row][k] × right[k][column] + begin[row][column], floor) + residual[row][column].
 *  The microkernel of matrix products: operands are read and results written where they lie, so that a product leaves nothing to copy. Rows of the left
 *  operand are dense, columns of the right one lie in panels of eight, and whole panels are written.
 *  As with `emitMicrokernel`, 6 rows × 16 columns are 12 wide sums: 15 of the 16 vector registers of x64. */
export function emitProductKernel({ rows, panels, simd }: ProductKernelShape): FunctionBody {
  const f = new FunctionBody(new Array<ValueType>(productParameters.length - 2 + panels).fill("i32"));
  const [
    left,
    leftStride,
    right,
    result,
    resultStride,
    depth,
    begin,
    beginStride,
    residual,
    residualStride,
    floor,
    next,
  ] = productParameters.map((_, index) => f.parameter(index));
  const rights = panels === 1 ? [right] : [right, next];
  /** Byte offsets of a row's vectors. */
  const offsets = rights.flatMap((_, panel) => [0, 16].map((half) => panel * 32 + half));
  const sums = Array.from({ length: rows }, () => offsets.map(() => f.local("v128")));
  const starts = sums.map(() => f.local("i32"));
  for (const own of sums) {
    for (const [index, sum] of own.entries()) {
      f.get(begin);
      f.memory("v128.load", offsets[index]);
      f.set(sum);
    }
    f.increase(begin, beginStride);
  }
  for (const [row, start] of starts.entries()) {
    f.get(row === 0 ? left : starts[row - 1]);
    if (row > 0) {
      f.get(leftStride);
      f.op("i32.add");
    }
    f.set(start);
  }

  emitProductSteps(f, {
    sums,
    rights,
    depth,
    unroll: 4,
    left: (row) => ({ pointer: starts[row], offset: 0 }),
    advanceLeft: (steps) => starts.forEach((start) => f.increase(start, 4 * steps)),
    multiply: (splat, column, sum) => multiplyAdd(f, splat, column, sum, simd),
  });

  const least = f.local("v128");
  f.get(floor);
  f.memory("v128.load32_splat");
  f.set(least);
  for (const own of sums) {
    for (const [index, sum] of own.entries()) {
      f.get(sum);
      f.get(least);
      f.op("f32x4.pmax"); // a < b ? b : a, so that NaN stays
      f.get(residual);
      f.memory("v128.load", offsets[index]);
      f.op("f32x4.add");
      f.set(sum);
    }
    for (const panel of rights.keys()) storePair(f, result, panel * 32, own.slice(2 * panel, 2 * panel + 2));
    f.increase(result, resultStride);
    f.increase(residual, residualStride);
  }
  return f;
}
