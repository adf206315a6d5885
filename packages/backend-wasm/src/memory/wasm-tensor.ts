import {
  DTypeError,
  readValues,
  ShapeError,
  type DType,
  type QuantizedTensor,
  type Tensor,
  type TensorData,
} from "@fovea/tensor";
import { BackendError } from "../backend-error.ts";
import type { Heap } from "./heap.ts";
import { leaveToScope } from "./scope.ts";

/** A tensor that lives in the backend's memory: kernels read and write it in place. `data` is asked for anew each time it is used, because
 *  growing the memory detaches older views; `offset` says where in it the tensor starts. Dispose of it when it is no longer needed. */
export interface WasmTensor extends Tensor, Disposable {
  /** Byte address in the memory. */
  readonly address: number;
  /** Frees the memory; using the tensor afterwards throws, disposing again does nothing. */
  dispose(): void;
}

/** What is due to a tensor that a caller of the backend asked for. */
export interface OwnTensor {
  /** Zeros stand in it; default whatever was there. */
  readonly zeros?: boolean;
  /** Called when it has been disposed of. */
  readonly disposed?: () => void;
}

const views = {
  float32: { bytes: 4, of: (heap: Heap): TensorData => heap.f32 },
  int32: { bytes: 4, of: (heap: Heap): TensorData => heap.i32 },
  float16: { bytes: 2, of: (heap: Heap): TensorData => heap.u16 },
  bfloat16: { bytes: 2, of: (heap: Heap): TensorData => heap.u16 },
  int8: { bytes: 1, of: (heap: Heap): TensorData => heap.i8 },
  uint8: { bytes: 1, of: (heap: Heap): TensorData => heap.u8 },
  bool: { bytes: 1, of: (heap: Heap): TensorData => heap.u8 },
} as const;

/** A copy of a tensor, float64 excepted.
 *  @throws {DTypeError | BackendError} as `allocateTensor` does */
export function uploadTensor(heap: Heap, source: Tensor, own: OwnTensor = {}): WasmTensor {
  const target = allocateTensor(heap, source.shape, source.dtype, own);
  try {
    target.data.set(storedNumbers(source), target.offset);
    return target;
  } catch (error) {
    target.dispose();
    throw error;
  }
}

/** Row-major numbers as they are stored: 16-bit floats as the bits they are. */
function storedNumbers(source: Tensor): ReturnType<typeof readValues> {
  const { data } = source;
  return readValues(data instanceof Uint16Array ? { ...source, data, dtype: "int32" as const } : source);
}

/** Writes numbers of the target's own dtype to where the target's are, whose last axis is dense. */
export function writeTensor(target: Tensor, source: Tensor): void {
  const { data, offset, shape, strides } = target;
  const numbers = storedNumbers(source);
  const columns = shape.at(-1) ?? 1;
  const index = shape.slice(0, -1).map(() => 0);
  for (let start = 0; start < numbers.length; start += columns) {
    const to = index.reduce((place, i, axis) => place + i * strides[axis], offset);
    data.set(numbers.subarray(start, start + columns), to);
    for (let axis = index.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
}

/** int8 and the scales of its rows as one tensor: disposing of it frees both. */
export function withScales(multiples: WasmTensor, scales: WasmTensor): WasmTensor & QuantizedTensor {
  const { shape, strides, offset, address } = multiples;
  const dispose = (): void => {
    multiples.dispose();
    scales.dispose();
  };
  return Object.freeze({
    dtype: "int8",
    shape,
    strides,
    offset,
    address,
    get data(): TensorData {
      return multiples.data;
    },
    scales,
    dispose,
    [Symbol.dispose]: dispose,
  });
}

/** Allocates a tensor; its numbers are undefined until written, unless `zeros`.
 *  @param options.order axes as they lie in the memory, the outermost first; default as they are
 *  @throws {DTypeError} for float64, which kernels do not compute in
 *  @throws {BackendError} when memory runs out */
export function allocateTensor(
  heap: Heap,
  shape: readonly number[],
  dtype: DType,
  { order, zeros = false, disposed }: OwnTensor & { readonly order?: readonly number[] | undefined } = {},
): WasmTensor {
  if (dtype === "float64") {
    throw new DTypeError(
      "backend-wasm: tensors in WebAssembly memory hold float32 or less, got float64. Cast to float32.",
    );
  }
  if (shape.some((length) => !Number.isSafeInteger(length) || length < 0)) {
    throw new ShapeError(`backend-wasm: expected a shape of whole numbers, got [${shape.join(", ")}].`);
  }
  const view = views[dtype];
  const strides = [...shape];
  let size = 1;
  for (let place = shape.length - 1; place >= 0; place--) {
    const axis = order ? order[place] : place;
    strides[axis] = size;
    size *= shape[axis];
  }
  const address = zeros ? heap.allocateZeros(size * view.bytes) : heap.allocate(size * view.bytes);
  let live = true;
  const dispose = (): void => {
    if (!live) return;
    live = false;
    heap.free(address);
    disposed?.();
  };
  const made: WasmTensor = Object.freeze({
    dtype,
    shape: Object.freeze([...shape]),
    strides: Object.freeze(strides),
    offset: address / view.bytes,
    address,
    get data(): TensorData {
      if (!live) throw new BackendError("backend-wasm: this tensor has been disposed of. Dispose after its last use.");
      return view.of(heap);
    },
    dispose,
    [Symbol.dispose]: dispose,
  });
  leaveToScope(heap, made);
  return made;
}
