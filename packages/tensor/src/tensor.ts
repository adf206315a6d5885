import type { DType, TensorData } from "./dtype.ts";

/** Numbers with a shape: plain data, so that any package, worker or wire can carry it.
 *  Element `[i, j, …]` is `data[offset + i * strides[0] + j * strides[1] + …]`; a broadcast axis has stride 0.
 *  Shape, strides and offset never change; the numbers in `data` may (a learned table is updated in place). */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly data: TensorData;
}
