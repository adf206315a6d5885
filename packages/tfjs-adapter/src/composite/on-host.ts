import { randomUniform } from "@fovea/program";
import { broadcastShapes } from "@fovea/tensor";
import { tensor } from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

/** One int operation on every pair of elements, computed in JavaScript: for what no backend of TensorFlow.js computes exactly. */
export function onHost(operation: (a: number, b: number) => number, a: Tensor, b: Tensor): Tensor {
  const shape = broadcastShapes("attention", a.shape, b.shape);
  const results = new Int32Array(sizeOf(shape));
  const [left, right] = [a, b].map((operand) => reader(operand, shape));
  for (let i = 0; i < results.length; i++) results[i] = operation(left(i), right(i));
  return tensor(results, [...shape], "int32");
}

/** Products wrapped to 32 bits. */
export const multiplyInts = (a: Tensor, b: Tensor): Tensor => onHost(Math.imul, a, b);

/** Uniform in [0, 1) by seed, batch, head, query and key: the same numbers as on every other backend. */
export function randomOnHost(places: readonly Tensor[]): Tensor {
  const shape = places
    .map((place) => place.shape as readonly number[])
    .reduce((a, b) => broadcastShapes("attention", a, b));
  const results = new Float32Array(sizeOf(shape));
  const [seed, batch, head, query, key] = places.map((place) => reader(place, shape));
  for (let i = 0; i < results.length; i++) results[i] = randomUniform(seed(i), batch(i), head(i), query(i), key(i));
  return tensor(results, [...shape], "float32");
}

/** Reads a tensor at the positions of a shape it broadcasts to. */
function reader(operand: Tensor, shape: readonly number[]): (position: number) => number {
  const values = operand.dataSync();
  if (values.length === 1) return () => values[0];
  if (values.length === sizeOf(shape)) return (position) => values[position];
  const missing = shape.length - operand.shape.length;
  const steps: { readonly count: number; readonly period: number; readonly stride: number }[] = [];
  let period = 1;
  let stride = 1;
  for (let axis = shape.length - 1; axis >= missing; axis--) {
    const length = operand.shape[axis - missing];
    if (length > 1) steps.push({ count: length, period, stride });
    period *= shape[axis];
    stride *= length;
  }
  return (position) => {
    let index = 0;
    for (const { count, period, stride } of steps) index += (Math.floor(position / period) % count) * stride;
    return values[index];
  };
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
