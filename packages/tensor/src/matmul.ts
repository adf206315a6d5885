import { checkDimensions, describeShape } from "./dimensions.ts";
import { decoded } from "./cast.ts";
import { makeTensor } from "./make-tensor.ts";
import { multiplyPanels, multiplyRow, packPanel, panelWidth } from "./matmul-kernel.ts";
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
  checkDimensions("matmul", shape);
  if (right.shape.length === 2 && left.shape.length > 2) {
    // One matrix for every batch: multiply all rows at once, so that it is packed once.
    const rows = left.shape.slice(0, -1).reduce((product, length) => product * length, 1);
    return reshape(multiplyBatches(reshape(left, [rows, inner]), right, [rows, shape.at(-1)!]), shape);
  }
  return multiplyBatches(left, right, shape);
}

function multiplyBatches(left: Tensor, right: Tensor, shape: readonly number[]): Tensor {
  const dtype = left.dtype === "float64" || right.dtype === "float64" ? "float64" : "float32";
  const output = allocate(
    "matmul",
    dtype,
    shape.reduce((product, length) => product * length, 1),
  );
  const [rows, columns] = shape.slice(-2);
  const inner = left.shape.at(-1)!;
  const batch = shape.slice(0, -2);
  const a = broadcastTo(decoded(left), [...batch, rows, inner]);
  const b = broadcastTo(decoded(right), [...batch, inner, columns]);
  const [aRow, aInner] = a.strides.slice(-2);
  const [bInner, bColumn] = b.strides.slice(-2);
  const leftPanels = new Float64Array(rows * inner);
  const rightPanel = new Float64Array(panelWidth * inner);
  const tile = new Float64Array(panelWidth * panelWidth);
  const inPanels = rows - (rows % panelWidth);

  const multiplyOne = (aStart: number, bStart: number, outputStart: number): void => {
    for (let row = 0; row < rows; row += row < inPanels ? panelWidth : 1) {
      const width = row < inPanels ? panelWidth : 1;
      packPanel(a.data, aStart + row * aRow, aRow, aInner, width, inner, width, leftPanels, row * inner);
    }
    for (let column = 0; column < columns; column += panelWidth) {
      const across = Math.min(panelWidth, columns - column);
      packPanel(b.data, bStart + column * bColumn, bColumn, bInner, across, inner, panelWidth, rightPanel, 0);
      for (let row = 0; row < rows;) {
        const down = row < inPanels ? panelWidth : 1;
        if (down === 1) multiplyRow(leftPanels, row * inner, rightPanel, inner, tile);
        else multiplyPanels(leftPanels, row * inner, rightPanel, inner, tile);
        for (let i = 0; i < down; i++, row++) {
          const to = outputStart + row * columns + column;
          for (let j = 0; j < across; j++) output[to + j] = tile[i * panelWidth + j];
        }
      }
    }
  };
  // Each batch is one "row" of one element, so that walkRows steps through the batches of both operands.
  const batches = [a, b].map(({ strides, offset }) => ({ strides: strides.toSpliced(-2, 2, 0), offset }));
  walkRows([...batch, 1], batches, (starts, position) => multiplyOne(starts[0], starts[1], position * rows * columns));
  return makeTensor(dtype, shape, output);
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
