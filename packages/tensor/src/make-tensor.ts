import type { DType, TensorData } from "./dtype.ts";
import { rowMajorStrides } from "./dimensions.ts";
import type { Tensor } from "./tensor.ts";

/** Freezes a tensor's description around data that has been checked. */
export function makeTensor(
  dtype: DType,
  shape: readonly number[],
  data: TensorData,
  strides: readonly number[] = rowMajorStrides(shape),
  offset = 0,
): Tensor {
  return Object.freeze({ dtype, shape: Object.freeze([...shape]), strides: Object.freeze([...strides]), offset, data });
}

/** The same numbers seen with another shape. Where the source's `data` is a getter (memory that may move), so is the view's. */
export function makeView(source: Tensor, shape: readonly number[], strides: readonly number[], offset: number): Tensor {
  if (!Object.getOwnPropertyDescriptor(source, "data")?.get) {
    return makeTensor(source.dtype, shape, source.data, strides, offset);
  }
  return Object.freeze({
    dtype: source.dtype,
    shape: Object.freeze([...shape]),
    strides: Object.freeze([...strides]),
    offset,
    get data(): TensorData {
      return source.data;
    },
  });
}
