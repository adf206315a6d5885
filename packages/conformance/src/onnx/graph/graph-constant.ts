import { tensor } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { CaseError } from "../case-error.ts";
import { decodeTensor, kindOf } from "../decode-tensor.ts";

/** A value of a graph that does not depend on scores: known numbers with a shape. */
export interface GraphConstant {
  readonly kind: "float" | "int" | "bool";
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float64Array;
}

export function constantOf(name: string, given: unknown): GraphConstant {
  const decoded = decodeTensor(name, given);
  const { type } = given as { readonly type: number };
  return {
    kind: kindOf(type),
    shape: decoded.shape,
    values: Float64Array.from(tensor(decoded, { dtype: "float64" }).data),
  };
}

export const ints = (values: readonly number[], shape: readonly number[] = [values.length]): GraphConstant => ({
  kind: "int",
  shape,
  values: Float64Array.from(values),
});

/** The numbers as a table of a program. */
export function asTable({ kind, shape, values }: GraphConstant): Tensor {
  if (kind === "float") return tensor(values, { shape });
  if (kind === "bool") return tensor(values, { dtype: "bool", shape });
  return tensor(values.map(clampInt), { dtype: "int32", shape });
}

/** 64-bit ints are used for sizes and as "to the end": the ends of 32 bits do as well. */
export const clampInt = (value: number): number => Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1);

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The one number of a scalar. */
export function single(what: string, { values }: GraphConstant): number {
  if (values.length === 1) return values[0];
  throw new CaseError(`${what}: expected one number, got ${values.length}.`);
}

/** Shape that all broadcast to, aligned at their last axes. */
export function broadcast(shapes: readonly (readonly number[])[]): readonly number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1).filter((length) => length !== 1);
    if (lengths.some((length) => length !== lengths[0])) {
      throw new CaseError(`shapes ${shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ")} do not broadcast.`);
    }
    return lengths[0] ?? 1;
  });
}

/** For each element of `target`, row-major, the place it comes from in `shape` by broadcasting. */
export function broadcastPlaces(shape: readonly number[], target: readonly number[]): Int32Array {
  const places = new Int32Array(sizeOf(target));
  let inner = 1;
  let stride = 1;
  for (let axis = target.length - 1; axis >= 0; axis--) {
    const own = shape[axis - target.length + shape.length] ?? 1;
    for (let i = 0; i < places.length; i++)
      places[i] += own === 1 ? 0 : (Math.floor(i / inner) % target[axis]) * stride;
    inner *= target[axis];
    stride *= own;
  }
  return places;
}
