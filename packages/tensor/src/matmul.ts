import { cast } from "./cast.ts";
import { checkOptions } from "./check-options.ts";
import { checkDimensions, describeShape, sizeOf } from "./dimensions.ts";
import { makeTensor } from "./make-tensor.ts";
import { multiplyMatrices } from "./matmul-kernel.ts";
import { reshape } from "./reshape.ts";
import { ShapeError } from "./shape-error.ts";
import { allocate } from "./storage.ts";
import type { Tensor } from "./tensor.ts";
import { broadcastShapes, broadcastTo, transpose } from "./views.ts";
import { walkRows } from "./walk-rows.ts";

/** Which operands have their last two axes swapped before they are multiplied. */
export interface MatmulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** The matrix product `a · b` over the last two axes; leading axes broadcast. Sums are float64, in the order of the inner axis.
 *  @param a `[..., rows, inner]`, or `[..., inner, rows]` with `transposeA`
 *  @param b `[..., inner, columns]`, or `[..., columns, inner]` with `transposeB`
 *  @returns `[..., rows, columns]`; float64 when an operand is float64, else float32
 *  @throws {ShapeError} for rank below 2, inner sizes that differ, or leading axes that do not broadcast */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  checkOptions(
    "matmul",
    options,
    { transposeA: true, transposeB: true },
    { example: "matmul(a, b, { transposeB: true })" },
  );
  const left = oriented("a", a, options.transposeA === true);
  const right = oriented("b", b, options.transposeB === true);
  const inner = left.shape.at(-1)!;
  if (inner !== right.shape.at(-2)) {
    throw new ShapeError(
      `matmul: the inner sizes must be equal, got ${describeShape(left.shape)} and ${describeShape(right.shape)}` +
        `${options.transposeA || options.transposeB ? " after transposing" : ""}. Transpose or reshape an operand.`,
    );
  }
  const batch = broadcastShapes("matmul", left.shape.slice(0, -2), right.shape.slice(0, -2));
  const shape = [...batch, left.shape.at(-2)!, right.shape.at(-1)!];
  if (right.shape.length === 2 && left.shape.length > 2) {
    // One matrix for every batch: multiply all rows at once, so that it is packed once.
    const rows = sizeOf(left.shape.slice(0, -1));
    return reshape(multiplyBatches(reshape(left, [rows, inner]), right, [rows, shape.at(-1)!]), shape);
  }
  return multiplyBatches(left, right, shape);
}

function multiplyBatches(left: Tensor, right: Tensor, shape: readonly number[]): Tensor {
  const dtype = left.dtype === "float64" || right.dtype === "float64" ? "float64" : "float32";
  const output = allocate("matmul", dtype, checkDimensions("matmul", shape));
  const batch = shape.slice(0, -2);
  const [rows, columns] = shape.slice(-2);
  const depth = left.shape.at(-1)!;
  const a = broadcastTo(readable(left), [...batch, rows, depth]);
  const b = broadcastTo(readable(right), [...batch, depth, columns]);
  const [aRow, aDepth] = a.strides.slice(-2);
  const [bDepth, bColumn] = b.strides.slice(-2);
  // Each batch is one "row" of one element, so that walkRows steps through the batches of both operands.
  const batches = [a, b].map(({ strides, offset }) => ({ strides: strides.toSpliced(-2, 2, 0), offset }));
  walkRows([...batch, 1], batches, ([aStart, bStart], position) => {
    const rowsOfA = { data: a.data, start: aStart, lineStride: aRow, depthStride: aDepth };
    const columnsOfB = { data: b.data, start: bStart, lineStride: bColumn, depthStride: bDepth };
    multiplyMatrices(rowsOfA, columnsOfB, { rows, columns, depth }, output, position * rows * columns);
  });
  return makeTensor(dtype, shape, output);
}

/** Floats of 32 and 64 bits are read where they lie, all else as float64: more kinds of arrays would keep V8 from compiling the packing well. */
function readable(operand: Tensor): Tensor {
  return operand.dtype === "float32" ? operand : cast(operand, "float64");
}

function oriented(name: string, operand: Tensor, swap: boolean): Tensor {
  const rank = operand.shape.length;
  if (rank < 2) {
    throw new ShapeError(
      `matmul: ${name} must have rank 2 or more, got shape ${describeShape(operand.shape)}. Use expandDims on a vector.`,
    );
  }
  return swap ? transpose(operand, [...operand.shape.keys()].slice(0, -2).concat(rank - 1, rank - 2)) : operand;
}
