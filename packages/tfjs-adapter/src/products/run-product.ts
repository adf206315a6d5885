import type { WasmBackend } from "@fovea/backend-wasm";
import { readValues, transpose, type Tensor } from "@fovea/tensor";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Storage } from "../fused/storage.ts";
import { isResident } from "../fused/with-operands.ts";
import type { ProductCall, ProductSizes } from "./product-call.ts";

/** Activations that the product's kernel applies before it writes a result. */
const fusedActivations: Readonly<Record<string, "relu" | "sigmoid" | undefined>> = { relu: "relu", sigmoid: "sigmoid" };

/** Whether an activation is one of `runProduct`. */
export const isFused = (activation: string): boolean =>
  activation === "linear" || fusedActivations[activation] !== undefined;

/** Bytes of one matrix's operands and result from which on a batch is taken matrix by matrix: copies then stay in a cache until they are used. */
const ownCopyBytes = 1 << 20;

/** Computes a product in the backend's memory: every operand is copied in once, the result out once. Nothing is kept for the next call, so numbers
 *  that training changes in place are never stale.
 *  @throws {BackendError} when memory runs out; nothing has changed then */
export function runProduct(runner: WasmBackend, storage: Storage, call: ProductCall, sizes: ProductSizes): TensorInfo {
  const { matrices, rows, inner, columns } = sizes;
  const bytes = 4 * (rows * inner + inner * columns + rows * columns);
  const leading = call.a.shape.slice(0, -2);
  const isPairwise = matrices > 1 && leading.join() === call.b.shape.slice(0, -2).join();
  if (isPairwise && bytes >= ownCopyBytes) return runMatrices(runner, storage, call, sizes);
  const bias = call.bias && storage.read(call.bias);
  return withProduct(runner, call, storage.read(call.a), storage.read(call.b), bias, (product) =>
    storage.write(product, false),
  );
}

/** One matrix of the batch after the other. */
function runMatrices(runner: WasmBackend, storage: Storage, call: ProductCall, sizes: ProductSizes): TensorInfo {
  const { matrices, rows, columns } = sizes;
  const info = storage.allocate([...call.a.shape.slice(0, -2), rows, columns]);
  try {
    const [a, b, target] = [call.a, call.b, info].map((each) => storage.read(each));
    const bias = call.bias && storage.read(call.bias);
    for (let index = 0; index < matrices; index++) {
      withProduct(runner, call, matrixAt(a, index), matrixAt(b, index), bias, (product) =>
        target.data.set(readValues(product), index * rows * columns),
      );
    }
    return info;
  } catch (error) {
    storage.release(info);
    throw error;
  }
}

/** Hands out the product, which is gone afterwards. */
function withProduct<R>(
  runner: WasmBackend,
  call: ProductCall,
  a: Tensor,
  b: Tensor,
  bias: Tensor | null,
  use: (product: Tensor) => R,
): R {
  // The left operand is uploaded, so that the result lies in the backend's memory and is read straight from there.
  const left = runner.upload(a);
  try {
    const product = runner.operations.scope(() => multiply(runner, call, left, b, bias));
    try {
      return use(product);
    } finally {
      if (isResident(product)) product.dispose();
    }
  } finally {
    left.dispose();
  }
}

function multiply(
  { operations }: WasmBackend,
  call: ProductCall,
  left: Tensor,
  right: Tensor,
  bias: Tensor | null,
): Tensor {
  const { transposeA, transposeB } = call;
  const activation = fusedActivations[call.activation];
  const isOneWeight = right.shape.length <= left.shape.length && right.shape.slice(0, -2).every((size) => size === 1);
  if ((bias || activation) && isOneWeight) {
    const weight = { ...right, shape: right.shape.slice(-2), strides: right.strides.slice(-2) };
    return operations.linear(transposeA ? swapLast(left) : left, transposeB ? swapLast(weight) : weight, {
      ...(bias && { bias }),
      ...(activation && { activation }),
    });
  }
  const product = operations.matmul(left, right, { transposeA, transposeB });
  const shifted = bias ? operations.add(product, bias) : product;
  return activation ? operations.map(shifted, activation) : shifted;
}

function matrixAt(batch: Tensor, index: number): Tensor {
  const shape = batch.shape.slice(-2) as [number, number];
  return { ...batch, shape, strides: batch.strides.slice(-2), offset: batch.offset + index * shape[0] * shape[1] };
}

function swapLast(tensor: Tensor): Tensor {
  const axes = tensor.shape.map((_, axis) => axis);
  return transpose(tensor, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}
