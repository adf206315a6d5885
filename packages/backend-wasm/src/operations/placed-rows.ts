import { isContiguous, readValues, transpose, type Tensor } from "@fovea/tensor";
import { addressOf, holdsRows, isLive } from "../memory/live-rows.ts";
import type { Heap } from "../memory/heap.ts";
import type { Borrowed } from "../memory/borrowed.ts";

/** Float32 numbers in the memory: where they start and how many bytes lie between neighbors along every axis. */
export interface PlacedTensor {
  address: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** Whether a tensor's numbers lie in this memory. */
export const livesIn = (heap: Heap, tensor: Tensor): boolean => tensor.data.buffer === heap.memory.buffer;

/** Where a tensor's numbers are: in place when they live there as float32, else in a borrowed copy, in an order that is quick to copy. */
export function placeTensor(heap: Heap, borrowed: Borrowed, tensor: Tensor): PlacedTensor {
  const { shape } = tensor;
  if (tensor.dtype === "float32" && livesIn(heap, tensor)) {
    const placed = { address: addressOf(tensor), shape, strides: tensor.strides.map((stride) => stride * 4) };
    if (isLive(tensor)) borrowed.placeMoving({ tensor, placed });
    return placed;
  }
  const axes = shape.map((_, axis) => axis);
  const swapped = axes.length >= 2 ? [...axes.slice(0, -2), axes.length - 1, axes.length - 2] : axes;
  const flipped = transpose(tensor, swapped);
  const source = !isContiguous(tensor) && isContiguous(flipped) ? flipped : tensor;
  const address = borrowed.allocate(sizeOf(shape) * 4);
  const copy = (): void => heap.f32.set(readValues(source), address / 4);
  // plain tensors are copied once, what lies here may be other numbers at the next run of a recorded step
  if (livesIn(heap, tensor)) borrowed.fill(copy);
  else copy();
  if (isLive(tensor)) borrowed.beforeRuns(holdsRows(tensor));
  const strides = denseStrides(source.shape);
  return { address, shape, strides: source === flipped ? swapped.map((axis) => strides[axis]) : strides };
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** Bytes between neighbors of float32 numbers in row-major order. */
export function denseStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 4;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

/** Goes through all rows of several operands of one leading shape, in any order, in as few stretches of equal strides as there are.
 *  @param strides per operand, bytes along each leading axis
 *  @param visit gets how many rows, and per operand the offset of the first in bytes and the stride */
export function eachStretch(
  leading: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (rows: number, offsets: readonly number[], rowStrides: readonly number[]) => void,
): void {
  // Axes whose neighbors follow one another in every operand are one axis.
  const axes: { length: number; strides: readonly number[] }[] = [];
  for (const [axis, length] of leading.entries()) {
    if (length === 0) return;
    if (length === 1) continue;
    const steps = strides.map((operand) => operand[axis]);
    const outer = axes.at(-1);
    if (outer?.strides.every((stride, operand) => stride === steps[operand] * length)) {
      axes[axes.length - 1] = { length: outer.length * length, strides: steps };
    } else axes.push({ length, strides: steps });
  }
  const longest = axes.reduce((best, { length }, axis) => (length > (axes[best]?.length ?? 0) ? axis : best), 0);
  const [rows = { length: 1, strides: strides.map(() => 0) }] = axes.splice(longest, 1);
  const walk = (axis: number, offsets: readonly number[]): void => {
    if (axis === axes.length) return visit(rows.length, offsets, rows.strides);
    const { length, strides: steps } = axes[axis];
    for (let i = 0; i < length; i++) {
      walk(
        axis + 1,
        offsets.map((offset, operand) => offset + i * steps[operand]),
      );
    }
  };
  walk(
    0,
    strides.map(() => 0),
  );
}
