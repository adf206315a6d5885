import { FunctionBody, type Local } from "@fovea/wasm-assembler";
import { multiplyAdd } from "../products/microkernel.ts";
import { emitLoadPair } from "../products/pack.ts";
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
  const f = new FunctionBody(["i32", "i32", "i32", "i32"]);
  const [left, right, result, depth] = [0, 1, 2, 3].map((index) => f.parameter(index));
  const turns = simd.wide ? (rows <= 3 ? 4 : 2) : rows === 1 ? 4 : rows <= 3 ? 2 : 1;
  const stepBytes = weights === "int8" ? 8 : 32;
  const sums = Array.from({ length: turns }, () =>
    Array.from({ length: rows }, () => [f.local("v128"), f.local("v128")] as const),
  );
  const columns = [f.local("v128"), f.local("v128")] as const;
  const splat = f.local("v128");
  const end = f.local("i32");

  const eachSum = (visit: (row: number, half: number, parts: readonly Local[]) => void): void => {
    for (let row = 0; row < rows; row++) {
      for (const half of [0, 1] as const) {
        visit(
          row,
          half,
          sums.map((turn) => turn[row][half]),
        );
      }
    }
  };
  eachSum((row, half, [first, ...others]) => {
    f.get(result);
    f.memory("v128.load", row * resultStride + half * 16);
    f.set(first);
    for (const other of others) {
      f.f32x4(0);
      f.set(other);
    }
  });

  const step = (offset: number): void => {
    emitLoadPair(f, weights, right, offset * stepBytes, columns);
    for (let row = 0; row < rows; row++) {
      f.get(left);
      f.memory("v128.load32_splat", row * leftStride + offset * 4);
      f.set(splat);
      for (const half of [0, 1] as const) {
        multiplyAdd(f, splat, columns[half], sums[offset % turns][row][half], simd);
      }
    }
  };
  const loopUntil = (steps: number): void => {
    f.get(left);
    f.get(end);
    f.op("i32.lt_u");
    f.if(() => {
      f.op("loop", 0x40);
      for (let offset = 0; offset < steps; offset++) step(offset);
      f.increase(left, 4 * steps);
      f.increase(right, stepBytes * steps);
      f.get(left);
      f.get(end);
      f.op("i32.lt_u");
      f.op("br_if", 0);
      f.op("end");
    });
  };
  const setEnd = (push: () => void): void => {
    push();
    f.i32(2);
    f.op("i32.shl");
    f.get(left);
    f.op("i32.add");
    f.set(end);
  };
  // whole groups of `unroll` steps, then what is left one by one
  setEnd(() => {
    f.get(depth);
    f.i32(-unroll);
    f.op("i32.and");
  });
  loopUntil(unroll);
  setEnd(() => {
    f.get(depth);
    f.i32(unroll - 1);
    f.op("i32.and");
  });
  loopUntil(1);

  eachSum((_row, _half, [first, ...others]) => {
    for (const other of others) {
      f.get(first);
      f.get(other);
      f.op("f32x4.add");
      f.set(first);
    }
  });
  for (const [row, pair] of sums[0].entries()) storePair(f, result, row * resultStride, pair);
  return f;
}
