import { f32x4, FunctionBody, i32, type Local, v128 } from "@fovea/wasm-assembler";
import { multiplyAdd } from "../products/microkernel.ts";
import { loadPair } from "../vectors/load4.ts";
import type { Simd } from "../vectors/simd.ts";
import { storePair } from "../vectors/vector-pairs.ts";

export interface FewRowsShape {
  /** Rows of the left operand, 1 to 5. */
  readonly rows: number;
  /** Bytes from one row of the left operand to the next, and of the result. */
  readonly leftStride: number;
  readonly resultStride: number;
  readonly simd: Simd;
  /** What a panel holds: 32 bytes a step, or 8. */
  readonly weights: "float32" | "int8";
}

const unroll = 4;

/** `fewRows(left, right, result, depth)`: result[row][0…7] += Σ_k left[row][k] × right[k][0…7], as the microkernel, for so few rows that one sum
 *  per row would wait for itself: steps take turns among several sums. Int8 is widened on the way: a step reads 8 bytes instead of 32, which pays
 *  where memory is the limit. */
export function emitFewRows({ rows, leftStride, resultStride, simd, weights }: FewRowsShape): FunctionBody {
  const f = new FunctionBody();
  const { left, right, result, depth } = f.parameters({ left: "i32", right: "i32", result: "i32", depth: "i32" });
  const turns = simd.wide ? (rows <= 3 ? 4 : 2) : rows === 1 ? 4 : rows <= 3 ? 2 : 1;
  const stepBytes = weights === "int8" ? 8 : 32;
  const sums = Array.from({ length: turns }, () => Array.from({ length: rows }, () => f.locals("v128", 2)));
  const columns = f.locals("v128", 2);
  const splat = f.local("v128");
  const end = f.local("i32");

  const eachSum = (visit: (row: number, half: number, parts: readonly Local[]) => void): void => {
    for (let row = 0; row < rows; row++) {
      for (const half of [0, 1]) {
        const parts = sums.map((turn) => turn[row][half]);
        visit(row, half, parts);
      }
    }
  };
  eachSum((row, half, [first, ...others]) => {
    f.set(first, v128.load(result, row * resultStride + half * 16));
    for (const other of others) f.set(other, f32x4.const(0));
  });

  const step = (offset: number): void => {
    loadPair(f, weights, right, offset * stepBytes, columns);
    for (let row = 0; row < rows; row++) {
      f.set(splat, v128.load32_splat(left, row * leftStride + offset * 4));
      for (const half of [0, 1] as const) multiplyAdd(f, splat, columns[half], sums[offset % turns][row][half], simd);
    }
  };
  // whole groups of `unroll` steps, then what is left one by one
  for (const [mask, steps] of [
    [-unroll, unroll],
    [unroll - 1, 1],
  ]) {
    f.set(end, i32.add(i32.shl(i32.and(depth, mask), 2), left));
    f.while(i32.lt_u(left, end), () => {
      for (let offset = 0; offset < steps; offset++) step(offset);
      f.increase(left, 4 * steps);
      f.increase(right, stepBytes * steps);
    });
  }

  eachSum((_row, _half, [first, ...others]) => {
    for (const other of others) f.set(first, f32x4.add(first, other));
  });
  for (const [row, pair] of sums[0].entries()) storePair(f, result, row * resultStride, pair);
  return f;
}
