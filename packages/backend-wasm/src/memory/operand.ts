import { expandDims, isQuantized, readValues, type Tensor } from "@fovea/tensor";
import type { Borrowed } from "./borrowed.ts";
import type { Heap } from "./heap.ts";
import { type Storage, storageBytes } from "./storage.ts";
import type { WasmTensor } from "./wasm-tensor.ts";

/** A rank-4 operand as kernels see it: where it starts and how many bytes lie between neighbors along the first three axes. */
export interface Placed {
  readonly address: number;
  readonly strides: readonly [number, number, number];
}

/** Where a row of an operand starts. */
export const rowAddress = (of: Placed, batch: number, head: number, row = 0): number =>
  of.address + batch * of.strides[0] + head * of.strides[1] + row * of.strides[2];

const tokensFirst: readonly number[] = [0, 2, 1, 3];

/** Axes of an operand as they lie in memory, the outermost first: heads that were split from the vectors of tokens lie side by side in each token. What
 *  is made of them lies as they do and is merged again without a copy. */
export const axisOrder = ({ strides }: Tensor): readonly number[] | undefined =>
  strides[1] < strides[2] ? tokensFirst : undefined;

/** The storage in which a kernel reads tensors of a dtype: float64 is narrowed to float32 on the way in. */
export const storageOf = (dtype: Tensor["dtype"]): Storage =>
  dtype === "float16" || dtype === "bfloat16" || dtype === "int8" ? dtype : "float32";

/** Where a tensor's numbers are in the memory: in place when it lives there with its last axis dense, else copied into a borrowed block. */
export function place(heap: Heap, borrowed: Borrowed, tensor: Tensor): Placed {
  const { data, shape, strides, dtype } = tensor;
  const storage = storageOf(dtype);
  const bytes = storageBytes[storage];
  const dense = strides[3] === 1 || shape[3] === 1;
  if (dense && dtype === storage && data.buffer === heap.memory.buffer) {
    return {
      address: data.byteOffset + tensor.offset * bytes,
      strides: [strides[0] * bytes, strides[1] * bytes, strides[2] * bytes],
    };
  }
  const size = shape.reduce((product, length) => product * length, 1);
  const address = borrowed.allocate(size * bytes);
  const copy = (): void => copyInto(heap, address, tensor, storage);
  // plain tensors are copied once, what lies here may be other numbers at the next run of a recorded step
  if (data.buffer === heap.memory.buffer) borrowed.fill(copy);
  else copy();
  const row = shape[3] * bytes;
  return { address, strides: [shape[1] * shape[2] * row, shape[2] * row, row] };
}

/** Where a float32 result is, whose last axis is dense. */
export const placeResult = ({ address, strides }: WasmTensor): Placed => ({
  address,
  strides: [strides[0] * 4, strides[1] * 4, strides[2] * 4],
});

/** Where the scales of an int8 operand are, keys one after another; nowhere, with strides of 0, for other operands. */
export function placeScales(heap: Heap, borrowed: Borrowed, operand: Tensor): Placed {
  if (!isQuantized(operand)) return { address: 0, strides: [0, 0, 0] };
  return place(heap, borrowed, expandDims(operand.scales, 2));
}

/** Writes a tensor's numbers, row-major, to `address`. */
function copyInto(heap: Heap, address: number, tensor: Tensor, storage: Storage): void {
  if (storage === "float32") {
    heap.f32.set(readValues(tensor), address / 4);
    return;
  }
  if (storage === "int8") {
    heap.i8.set(readValues(tensor), address);
    return;
  }
  // The 16 bits are copied as they are, so no number is converted twice.
  heap.u16.set(readValues({ ...tensor, data: tensor.data, dtype: "int32" }), address / 2);
}
