import type { WasmBackend } from "@fovea/backend-wasm";
import { transpose, type Tensor } from "@fovea/tensor";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Storage } from "../fused/storage.ts";
import { isResident } from "../fused/with-operands.ts";
import type { ProductCall } from "./product-call.ts";

/** Activations that the product's kernel applies before it writes a result. */
const fusedActivations: Readonly<Record<string, "relu" | "sigmoid" | undefined>> = { relu: "relu", sigmoid: "sigmoid" };

/** Whether an activation is one of `runProduct`. */
export const isFused = (activation: string): boolean =>
  activation === "linear" || fusedActivations[activation] !== undefined;

/** Computes a product in the backend's memory: every operand is copied in once, the result out once. Nothing is kept for the next call, so numbers
 *  that training changes in place are never stale.
 *  @throws {BackendError} when memory runs out; nothing has changed then */
export function runProduct(runner: WasmBackend, storage: Storage, call: ProductCall): TensorInfo {
  // The left operand is uploaded, so that the result lies in the backend's memory and is read straight from there.
  const left = runner.upload(storage.read(call.a));
  try {
    const result = runner.operations.scope(() => multiply(runner, storage, call, left));
    try {
      return storage.write(result, false);
    } finally {
      if (isResident(result)) result.dispose();
    }
  } finally {
    left.dispose();
  }
}

function multiply({ operations }: WasmBackend, storage: Storage, call: ProductCall, left: Tensor): Tensor {
  const { transposeA, transposeB } = call;
  const right = storage.read(call.b);
  const bias = call.bias && storage.read(call.bias);
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

function swapLast(tensor: Tensor): Tensor {
  const axes = tensor.shape.map((_, axis) => axis);
  return transpose(tensor, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}
