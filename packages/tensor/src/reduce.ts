import { alongAxis } from "./along-axis.ts";
import { fromNumbers } from "./cast.ts";
import { checkOptions } from "./check-options.ts";
import { describeShape } from "./dimensions.ts";
import type { DType } from "./dtype.ts";
import { toFloat64 } from "./read-values.ts";
import { reshape } from "./reshape.ts";
import { ShapeError } from "./shape-error.ts";
import { isFloat } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** How a reduction leaves the axis it went along. */
export interface ReduceOptions {
  /** Keep the axis with length 1, so that the result broadcasts against the input; default false. Only with an axis. */
  readonly keepDims?: boolean;
}

/** The sum along an axis, or of everything (shape `[]`), in float64. Float dtypes stay; ints give float64, exact up to 2^53. */
export function sum(input: Tensor, axis?: number, options: ReduceOptions = {}): Tensor {
  return reduce("sum", input, axis, options, totalDType(input), total);
}

/** The mean along an axis, or of everything; dtypes as `sum`. @throws {ShapeError} when there is nothing to average */
export function mean(input: Tensor, axis?: number, options: ReduceOptions = {}): Tensor {
  return reduce("mean", input, axis, options, totalDType(input), (values, first, end, step) => {
    refuseEmpty("mean", input, first, end);
    return total(values, first, end, step) / ((end - first) / step);
  });
}

/** The largest along an axis, or of everything; NaN wins; the dtype stays. @throws {ShapeError} when there is nothing to compare */
export function max(input: Tensor, axis?: number, options: ReduceOptions = {}): Tensor {
  return reduce("max", input, axis, options, input.dtype, (values, first, end, step) => {
    refuseEmpty("max", input, first, end);
    return values[largest(values, first, end, step)];
  });
}

/** Where the largest is along an axis (int32), or in everything read row-major; of equal ones the first, and NaN wins. */
export function argmax(input: Tensor, axis?: number, options: ReduceOptions = {}): Tensor {
  return reduce("argmax", input, axis, options, "int32", (values, first, end, step) => {
    refuseEmpty("argmax", input, first, end);
    return (largest(values, first, end, step) - first) / step;
  });
}

type RowRule = (values: Float64Array, first: number, end: number, step: number) => number;

function reduce(
  who: string,
  input: Tensor,
  axis: number | undefined,
  options: ReduceOptions,
  dtype: DType,
  rule: RowRule,
): Tensor {
  checkOptions(who, options, { keepDims: true }, { example: `${who}(input, 0, { keepDims: true })` });
  const source = axis === undefined ? reshape(input, [-1]) : input;
  const layout = alongAxis(who, source.shape, axis ?? 0);
  const values = toFloat64(source);
  const output = new Float64Array(layout.rows);
  for (let row = 0; row < layout.rows; row++) {
    const first = layout.start(row);
    output[row] = rule(values, first, first + layout.length * layout.inner, layout.inner);
  }
  const kept = options.keepDims === true && axis !== undefined ? [1] : [];
  return fromNumbers(who, output, source.shape.toSpliced(layout.axis, 1, ...kept), dtype);
}

const total: RowRule = (values, first, end, step) => {
  let result = 0;
  for (let i = first; i < end; i += step) result += values[i];
  return result;
};

const largest: RowRule = (values, first, end, step) => {
  let best = first;
  for (let i = first; i < end; i += step) {
    if (values[i] > values[best]) best = i;
    if (values[i] !== values[i]) return i;
  }
  return best;
};

function totalDType(input: Tensor): DType {
  return isFloat(input.dtype) ? input.dtype : "float64";
}

function refuseEmpty(who: string, input: Tensor, first: number, end: number): void {
  if (first < end) return;
  throw new ShapeError(`${who}: expected at least one element to look at, got shape ${describeShape(input.shape)}.`);
}
