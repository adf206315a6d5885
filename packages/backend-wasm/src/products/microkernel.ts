import { f32x4, FunctionBody, type Local, v128 } from "@fovea/wasm-assembler";
import type { Simd } from "../vectors/simd.ts";
import { emitProductSteps } from "./product-steps.ts";
import { storePair } from "../vectors/vector-pairs.ts";
import { remember } from "../vectors/remember.ts";

export interface MicrokernelShape {
  /** Rows of the left operand taken together, 1 to 6: 6 rows × 8 columns are 12 sums, which with two right operands and one
   *  left operand fill 15 of the 16 vector registers of x64. */
  readonly rows: number;
  /** Bytes from one row of the left operand to the next. */
  readonly leftStride: number;
  /** Where the left operand is packed in panels of eight steps: bytes from one panel to the next. A row of a panel takes 32 bytes, so what is packed
   *  as a right operand is, read this way, its own transpose. Without it a row's steps follow one another. */
  readonly leftPanel?: number;
  /** Bytes from one row of the result to the next. */
  readonly resultStride: number;
  /** Adds to the result instead of writing it. */
  readonly accumulate: boolean;
  /** Panels of the right operand taken together: 2 where vectors are wide, whose 6 rows × 16 columns are again 12 sums. Default 1. */
  readonly panels?: 1 | 2;
  /** Bytes from the result of one panel to that of the next; default 32. */
  readonly resultPanel?: number;
  readonly simd: Simd;
  /** Leaves out every product whose factor on this side is 0, so that NaN and Infinity on the other side are masked there. Slower;
   *  where all factors are finite, the result is the same bit by bit. */
  readonly skipZeros?: "left" | "right";
}

/** Columns of the right operand, packed side by side: two vectors of four floats. */
export const panelWidth = 8;

/** Rows that kernels take together: without fused multiply-adds a product needs a register of its own. */
export const microRowsOf = ({ relaxed }: Simd): number => (relaxed ? 6 : 5);

/** `microkernel(left, right, result, depth[, next])`: result[row][0…7] (+)= Σ_k left[row][k] × right[k][0…7].
 *  `right` is packed: 8 columns of step k lie at `right + 32 k`; those of a second panel at `next + 32 k`. Depth ≥ 0 is a run-time value. */
export const emitMicrokernel: (shape: MicrokernelShape) => FunctionBody = remember(writeMicrokernel);

function writeMicrokernel(shape: MicrokernelShape): FunctionBody {
  const {
    rows,
    leftStride,
    leftPanel,
    resultStride,
    accumulate,
    panels = 1,
    resultPanel = 32,
    simd,
    skipZeros,
  } = shape;
  const f = new FunctionBody();
  const { left, right, result, depth, next } = f.parameters({
    left: "i32",
    right: "i32",
    result: "i32",
    depth: "i32",
    next: panels === 1 ? undefined : "i32",
  });
  const rights = next ? [right, next] : [right];
  /** Byte offsets of the vectors of a row of the result. */
  const offsets = rights.flatMap((_, panel) => [0, 16].map((half) => panel * resultPanel + half));
  const sums = Array.from({ length: rows }, () => f.locals("v128", offsets.length));
  const kept = f.local("v128");

  for (const [row, own] of sums.entries()) {
    for (const [index, sum] of own.entries()) {
      f.set(sum, accumulate ? v128.load(result, row * resultStride + offsets[index]) : f32x4.const(0));
    }
  }

  /** `value`, made 0 where the factor `other`, on side `side`, is 0 and zeros are to be skipped. */
  const factor = (value: Local, other: Local, side: "left" | "right"): Local => {
    if (side !== skipZeros) return value;
    f.set(kept, v128.and(value, f32x4.ne(other, 0)));
    return kept;
  };
  emitProductSteps(f, {
    sums,
    rights,
    depth,
    unroll: leftPanel === undefined ? 4 : panelWidth,
    left: (row) => ({ pointer: left, offset: row * leftStride }),
    advanceLeft: (steps) => f.increase(left, steps === panelWidth && leftPanel !== undefined ? leftPanel : 4 * steps),
    multiply: (splat, column, sum) =>
      multiplyAdd(f, factor(splat, column, "right"), factor(column, splat, "left"), sum, simd),
  });

  for (const [row, own] of sums.entries()) {
    for (const panel of rights.keys()) {
      storePair(f, result, row * resultStride + panel * resultPanel, own.slice(2 * panel, 2 * panel + 2));
    }
  }
  return f;
}

/** sum += a × b */
export function multiplyAdd(f: FunctionBody, a: Local, b: Local, sum: Local, simd: Simd): void {
  f.set(sum, simd.relaxed ? f32x4.relaxed_madd(a, b, sum) : f32x4.add(sum, f32x4.mul(a, b)));
}
