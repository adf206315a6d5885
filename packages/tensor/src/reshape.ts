import { contiguous } from "./cast.ts";
import { checkDimensions, describeShape, resolveAxis, rowMajorStrides } from "./dimensions.ts";
import { makeView } from "./make-tensor.ts";
import { isContiguous, size } from "./read-values.ts";
import { ShapeError } from "./shape-error.ts";
import type { Tensor } from "./tensor.ts";

/** The same numbers in row-major order with another shape; one dimension may be -1, "the rest".
 *  A view wherever strides can express it, else (axes that must merge but do not lie together, as after `transpose`) a copy. */
export function reshape(tensor: Tensor, shape: readonly number[]): Tensor {
  const wanted = fillIn(tensor, shape);
  if (isContiguous(tensor)) return makeView(tensor, wanted, rowMajorStrides(wanted), tensor.offset);
  const strides = stridesFor(tensor, wanted);
  if (strides !== null) return makeView(tensor, wanted, strides, tensor.offset);
  const copy = contiguous(tensor);
  return makeView(copy, wanted, rowMajorStrides(wanted), copy.offset);
}

/** A new axis of length 1 before `axis`; -1 puts it last. */
export function expandDims(tensor: Tensor, axis: number): Tensor {
  const at = resolveAxis("expandDims", axis, tensor.shape.length + 1);
  const shape = tensor.shape.toSpliced(at, 0, 1);
  checkDimensions("expandDims", shape);
  return makeView(tensor, shape, tensor.strides.toSpliced(at, 0, 0), tensor.offset);
}

/** Without the given axis, which must have length 1; without an argument, without all such axes. */
export function squeeze(tensor: Tensor, axis?: number): Tensor {
  const { shape, strides, offset } = tensor;
  const dropped = axis === undefined ? null : resolveAxis("squeeze", axis, shape.length);
  if (dropped !== null && shape[dropped] !== 1) {
    throw new ShapeError(
      `squeeze: axis ${dropped} must have length 1, got shape ${describeShape(shape)}. Slice with a number to pick one entry.`,
    );
  }
  const kept = shape.map((_, at) => at).filter((at) => (dropped === null ? shape[at] !== 1 : at !== dropped));
  return makeView(
    tensor,
    kept.map((at) => shape[at]),
    kept.map((at) => strides[at]),
    offset,
  );
}

function fillIn(tensor: Tensor, shape: readonly number[]): number[] {
  const count = size(tensor);
  const rest = Array.isArray(shape) ? shape.indexOf(-1) : -1;
  const known = rest < 0 ? shape : shape.toSpliced(rest, 1);
  const product = checkDimensions("reshape", known);
  const filled = rest < 0 ? [...shape] : shape.with(rest, count / product);
  if (rest < 0 ? product === count : product > 0 && count % product === 0) return filled;
  throw new ShapeError(
    `reshape: ${describeShape(tensor.shape)} has ${count} elements, got ${describeShape(shape)}. The products must agree.`,
  );
}

/** Strides that show a strided tensor in another shape, or null when none do: the shortest runs of axes with equal products are paired,
 *  and a run that must merge has to be one even walk through memory. */
function stridesFor(tensor: Tensor, wanted: readonly number[]): number[] | null {
  const axes = tensor.shape
    .map((length, axis) => ({ length, stride: tensor.strides[axis] }))
    .filter((a) => a.length > 1);
  const strides = new Array<number>(wanted.length).fill(0);
  let from = 0;
  let to = 0;
  while (from < axes.length) {
    let fromEnd = from + 1;
    let toEnd = to + 1;
    let have = axes[from].length;
    let want = wanted[to];
    while (have !== want) {
      if (have < want) have *= axes[fromEnd++].length;
      else want *= wanted[toEnd++];
    }
    for (; from < fromEnd - 1; from++) {
      if (axes[from].stride !== axes[from + 1].stride * axes[from + 1].length) return null;
    }
    let step = axes[from++].stride;
    for (let axis = toEnd - 1; axis >= to; axis--) {
      strides[axis] = step;
      step *= wanted[axis];
    }
    to = toEnd;
  }
  return strides;
}
