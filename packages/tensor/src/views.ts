import { checkDimensions, describeShape, resolveAxis } from "./dimensions.ts";
import { makeView } from "./make-tensor.ts";
import { ShapeError } from "./shape-error.ts";
import type { Tensor } from "./tensor.ts";

/** Axes in another order, without a copy; default all reversed. `transpose(t, [0, 2, 1])` swaps the last two of three. */
export function transpose(tensor: Tensor, axes?: readonly number[]): Tensor {
  const { shape, strides, offset } = tensor;
  const order = (axes ?? shape.map((_, axis) => -1 - axis)).map((axis) => resolveAxis("transpose", axis, shape.length));
  if (order.length !== shape.length || new Set(order).size !== order.length) {
    throw new ShapeError(
      `transpose: the axes must name each of ${shape.length} axes once, got ${describeShape(axes ?? [])}.`,
    );
  }
  return makeView(
    tensor,
    order.map((axis) => shape[axis]),
    order.map((axis) => strides[axis]),
    offset,
  );
}

/** The tensor repeated along axes of length 1 and along new leading axes, without a copy: repeated axes have stride 0. */
export function broadcastTo(tensor: Tensor, shape: readonly number[]): Tensor {
  checkDimensions("broadcastTo", shape);
  const added = shape.length - tensor.shape.length;
  const fits = added >= 0 && tensor.shape.every((length, axis) => length === 1 || length === shape[axis + added]);
  if (!fits) {
    throw new ShapeError(
      `broadcastTo: ${describeShape(tensor.shape)} does not repeat to ${describeShape(shape)}. ` +
        "From the right, each dimension must be equal or 1.",
    );
  }
  const strides = shape.map((_, axis) => {
    const own = axis - added;
    return own < 0 || tensor.shape[own] === 1 ? 0 : tensor.strides[own];
  });
  return makeView(tensor, shape, strides, tensor.offset);
}

/** The shape two or more tensors have together when axes of length 1 repeat. */
export function broadcastShapes(who: string, ...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = shapes.map((shape) => shape.at(axis - rank) ?? 1).filter((length) => length !== 1);
    if (lengths.every((length) => length === lengths[0])) return lengths[0] ?? 1;
    throw new ShapeError(
      `${who}: shapes ${shapes.map(describeShape).join(" and ")} do not broadcast. From the right, each dimension must be equal or 1.`,
    );
  });
}
