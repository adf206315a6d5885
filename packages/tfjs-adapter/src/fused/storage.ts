import { readValues, type Tensor, type TensorData } from "@fovea/tensor";
import type { DataId, DataType, KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";

/** How one backend of TensorFlow.js holds the numbers of its tensors. */
export interface Storage {
  /** A plain tensor over the backend's own numbers. Valid until the backend allocates: its memory may move. */
  read(info: TensorInfo): Tensor;
  /** A tensor of the backend with a copy of these numbers; `owned` numbers may be kept instead. */
  write(tensor: Tensor, owned: boolean): TensorInfo;
  /** A float32 tensor of the backend whose numbers are still to be set, in what `read` gives of it. */
  allocate(shape: readonly number[]): TensorInfo;
  release(info: TensorInfo): void;
}

/** What this package uses of `@tensorflow/tfjs-backend-cpu`. */
interface CpuBackend extends Pick<KernelBackend, "disposeData"> {
  readonly data: { get(dataId: DataId): { readonly values: TensorData } };
  makeTensorInfo(shape: number[], dtype: DataType, values: TensorData): TensorInfo;
}

/** What this package uses of `@tensorflow/tfjs-backend-wasm`. */
interface WasmBackend extends Pick<KernelBackend, "disposeData"> {
  typedArrayFromHeap(info: TensorInfo): TensorData;
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
}

const storages: Readonly<Record<string, (backend: KernelBackend) => Storage>> = {
  cpu: (backend) => cpuStorage(backend as unknown as CpuBackend),
  wasm: (backend) => wasmStorage(backend as unknown as WasmBackend),
};

/** Backends of TensorFlow.js whose numbers can be reached. */
export const storageNames: readonly string[] = Object.keys(storages);

export const hasStorage = (name: string): boolean => Object.hasOwn(storages, name);

/** @param name one of `storageNames` */
export const storageOf = (name: string, backend: KernelBackend): Storage => storages[name](backend);

function cpuStorage(backend: CpuBackend): Storage {
  return {
    read: (info) => view(info, backend.data.get(info.dataId).values),
    write: (tensor, owned) => {
      const values = rowMajor(tensor);
      return backend.makeTensorInfo([...tensor.shape], "float32", owned ? values : values.slice());
    },
    allocate: (shape) =>
      backend.makeTensorInfo(
        [...shape],
        "float32",
        new Float32Array(shape.reduce((count, length) => count * length, 1)),
      ),
    release: ({ dataId }) => void backend.disposeData(dataId),
  };
}

function wasmStorage(backend: WasmBackend): Storage {
  return {
    read: (info) => view(info, backend.typedArrayFromHeap(info)),
    write: (tensor) => {
      const info = backend.makeOutput([...tensor.shape], "float32");
      backend.typedArrayFromHeap(info).set(rowMajor(tensor));
      return info;
    },
    allocate: (shape) => backend.makeOutput([...shape], "float32"),
    release: ({ dataId }) => void backend.disposeData(dataId),
  };
}

function view({ shape, dtype }: TensorInfo, data: TensorData): Tensor {
  return { dtype: dtype as Tensor["dtype"], shape, strides: stridesOf(shape), offset: 0, data };
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** A kernel's result in row-major order; shares memory where it lies so already. */
function rowMajor(tensor: Tensor): Float32Array {
  const values = readValues(tensor);
  return values instanceof Float32Array ? values : Float32Array.from(values);
}
