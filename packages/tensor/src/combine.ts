import { cast, fromNumbers } from "./cast.ts";
import { checkDimensions } from "./dimensions.ts";
import type { DType } from "./dtype.ts";
import type { Tensor } from "./tensor.ts";
import { broadcastShapes, broadcastTo } from "./views.ts";
import { innerStride, walkRows } from "./walk-rows.ts";

/** A function of two tensors, element by element in float64; axes of length 1 repeat. */
export function combine(
  who: string,
  a: Tensor,
  b: Tensor,
  dtype: DType,
  rule: (x: number, y: number) => number,
): Tensor {
  const shape = broadcastShapes(who, a.shape, b.shape);
  const [left, right] = [a, b].map((operand) => broadcastTo(cast(operand, "float64"), shape));
  const output = new Float64Array(checkDimensions(who, shape));
  const [x, y] = [left.data, right.data];
  const [stepX, stepY] = [innerStride(left), innerStride(right)];
  walkRows(shape, [left, right], (starts, position, length) => {
    const [startX, startY] = starts;
    for (let i = 0; i < length; i++) output[position + i] = rule(x[startX + i * stepX], y[startY + i * stepY]);
  });
  return fromNumbers(who, output, shape, dtype);
}
