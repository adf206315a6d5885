import { describeShape } from "./dimensions.ts";
import { readValues } from "./read-values.ts";
import { ShapeError } from "./shape-error.ts";
import { checkHolds, storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** What `toNested` gives: a number for a scalar, else arrays in arrays. */
export type NestedNumbers = number | NestedNumbers[];

/** One element. @throws {ShapeError} for an index outside the tensor */
export function at(tensor: Tensor, ...index: readonly number[]): number {
  return storage[tensor.dtype].decode(tensor.data[locate("at", tensor, index)]);
}

/** Changes one element in place; every view of the same data sees it.
 *  @throws {ShapeError} for an index outside the tensor
 *  @throws {DTypeError} for a number that an int or bool dtype cannot hold */
export function write(tensor: Tensor, index: readonly number[], value: number): void {
  const place = locate("write", tensor, index);
  checkHolds("write", tensor.dtype, value);
  tensor.data[place] = storage[tensor.dtype].encode(value);
}

/** The numbers as arrays in arrays, as `tensor` takes them; bools come as 0 and 1. */
export function toNested(tensor: Tensor): NestedNumbers {
  const values = readValues(tensor);
  let position = 0;
  const build = (axis: number): NestedNumbers =>
    axis === tensor.shape.length
      ? values[position++]
      : Array.from({ length: tensor.shape[axis] }, () => build(axis + 1));
  return build(0);
}

function locate(who: string, tensor: Tensor, index: readonly number[]): number {
  const { shape, strides } = tensor;
  const inside =
    index.length === shape.length && index.every((i, axis) => Number.isInteger(i) && i >= 0 && i < shape[axis]);
  if (!inside) {
    throw new ShapeError(
      `${who}: expected ${shape.length} whole numbers inside shape ${describeShape(shape)}, got ${describeShape(index)}.`,
    );
  }
  return index.reduce((place, i, axis) => place + i * strides[axis], tensor.offset);
}
