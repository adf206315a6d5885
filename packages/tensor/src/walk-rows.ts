/** A tensor's place in its data, without the data. */
export interface Layout {
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Visits the rows (last axis) of operands of one shape in row-major order, so that the caller's inner loop is a plain one.
 *  `starts[i]` is where operand i's row begins in its data (overwritten from visit to visit), `position` how many elements came before.
 *  A scalar counts as one row of one element; inner strides are `innerStride(operand)`. */
export function walkRows(
  shape: readonly number[],
  operands: readonly Layout[],
  visit: (starts: readonly number[], position: number, length: number) => void,
): void {
  const starts = operands.map((operand) => operand.offset);
  const outer = Math.max(shape.length - 1, 0);
  const length = shape.length === 0 ? 1 : shape[outer];
  let rows = 1;
  for (let axis = 0; axis < outer; axis++) rows *= shape[axis];
  if (length === 0) return;
  const index = new Array<number>(outer).fill(0);
  for (let row = 0; row < rows; row++) {
    visit(starts, row * length, length);
    for (let axis = outer - 1; axis >= 0; axis--) {
      const wraps = ++index[axis] === shape[axis];
      if (wraps) index[axis] = 0;
      const steps = wraps ? 1 - shape[axis] : 1;
      for (let i = 0; i < starts.length; i++) starts[i] += steps * operands[i].strides[axis];
      if (!wraps) break;
    }
  }
}

/** The step along a row. */
export function innerStride(operand: Layout): number {
  return operand.strides.at(-1) ?? 0;
}
