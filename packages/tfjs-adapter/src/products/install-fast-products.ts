import { BackendError, type WasmBackend } from "@fovea/backend-wasm";
import type { Backend } from "@fovea/dot-product-attention";
import { getKernel, registerKernel, unregisterKernel } from "@tensorflow/tfjs-core";
import type { KernelBackend, KernelConfig, KernelFunc, TensorInfo } from "@tensorflow/tfjs-core";
import { AdapterError } from "../adapter-error.ts";
import { checkBackend, checkOptions } from "../check-options.ts";
import { attentionBackend } from "../fused/attention-backend.ts";
import { storageOf } from "../fused/storage.ts";
import { paysOff } from "./pays-off.ts";
import { endsWith, sizesOf, type ProductCall } from "./product-call.ts";
import { isFused, runProduct } from "./run-product.ts";

export interface FastProductsOptions {
  /** What computes products; default the backend of fused attention, with its memory and its threads. The caller still owns it. */
  readonly backend?: WasmBackend;
}

const backendName = "wasm";
const kernelNames = ["BatchMatMul", "_FusedMatMul"] as const;
/** Activations left to kernels of TensorFlow.js, run on the finished product. */
const laterActivations: Readonly<Record<string, string | undefined>> = {
  relu6: "Relu6",
  elu: "Elu",
  leakyrelu: "LeakyRelu",
  prelu: "Prelu",
};

/** Ours beside what it replaced. */
let installed: readonly { readonly ours: KernelConfig; readonly original: KernelConfig }[] = [];

/** Lets TensorFlow.js's wasm backend compute matrix products, and with them dense layers and their gradients, by `@fovea/backend-wasm`: transposed,
 *  batched and broadcast ones too. Results differ by float32 rounding alone. Products that are too small to gain stay where they were.
 *
 *  May be called before or after the backend is chosen; calling it again changes the options.
 *  @throws {AdapterError} for options that there are not, and when `@tensorflow/tfjs-backend-wasm` has not been imported */
export function installFastProducts(options: FastProductsOptions = {}): void {
  checkOptions("installFastProducts", options, ["backend"]);
  const { backend } = options;
  if (backend !== undefined) checkBackend("installFastProducts", backend);
  if (backend !== undefined && !isWasmBackend(backend)) {
    throw new AdapterError(
      "installFastProducts: expected a backend that computes products in memory of its own, as createWasmBackend of @fovea/backend-wasm makes. Leave it out for the default.",
    );
  }
  uninstallFastProducts();
  const originals = kernelNames.map((name) => getKernel(name, backendName));
  if (originals.some((kernel) => !kernel)) {
    throw new AdapterError(
      "installFastProducts: expected TensorFlow.js's wasm backend with its matrix products, found no such kernels. " +
        'Import "@tensorflow/tfjs-backend-wasm" first.',
    );
  }
  installed = originals.map((original) => ({
    original,
    // setupFunc stays: the kernel that was there still has to be set up when the backend is chosen later
    ours: { ...original, kernelFunc: fastProduct(original, options) },
  }));
  for (const { ours } of installed) replace(ours);
}

/** Gives TensorFlow.js its own kernels back; does nothing when they are there. */
export function uninstallFastProducts(): void {
  for (const { ours, original } of installed) if (getKernel(ours.kernelName, backendName) === ours) replace(original);
  installed = [];
}

function replace(kernel: KernelConfig): void {
  unregisterKernel(kernel.kernelName, kernel.backendName);
  registerKernel(kernel);
}

function fastProduct(original: KernelConfig, { backend: chosen }: FastProductsOptions): KernelFunc {
  return (parameters) => {
    const call = productCall(parameters);
    const runner = chosen ?? attentionBackend();
    const later = laterActivations[call.activation];
    const isKnown = later === "Prelu" ? call.slopes !== null : later !== undefined || isFused(call.activation);
    if (!isKnown || !isWasmBackend(runner)) return original.kernelFunc(parameters);
    const sizes = sizesOf(call);
    const isTransposed = call.transposeA || call.transposeB;
    if (!sizes || !(sizes.mistaken || paysOff(sizes, isTransposed))) return original.kernelFunc(parameters);
    const backend = parameters.backend as KernelBackend;
    try {
      const product = runProduct(runner, storageOf(backendName, backend), call, sizes);
      return later === undefined ? product : activate(later, product, backend, call);
    } catch (error) {
      // out of memory, or a worker lost: TensorFlow.js has memory of its own
      if (error instanceof BackendError) return original.kernelFunc(parameters);
      throw error;
    }
  };
}

/** Applies an activation by a kernel of TensorFlow.js and releases the product. */
function activate(
  kernelName: string,
  x: TensorInfo,
  backend: KernelBackend,
  { slope, slopes }: ProductCall,
): TensorInfo {
  const whole = slopes && !endsWith(x.shape, slopes.shape) ? repeatTo(x.shape, slopes, backend) : null;
  try {
    const kernel = getKernel(kernelName, backendName);
    const inputs = slopes ? { x, alpha: whole ?? slopes } : { x };
    return kernel.kernelFunc({ inputs, attrs: { alpha: slope }, backend }) as TensorInfo;
  } finally {
    backend.disposeData(x.dataId);
    if (whole) backend.disposeData(whole.dataId);
  }
}

/** Repeats numbers along axes of 1 until they fill a shape. */
function repeatTo(shape: readonly number[], x: TensorInfo, backend: KernelBackend): TensorInfo {
  const own = [...shape.slice(x.shape.length).map(() => 1), ...x.shape];
  const reps = shape.map((length, axis) => length / own[axis]);
  return getKernel("Tile", backendName).kernelFunc({
    inputs: { x: { ...x, shape: own } },
    attrs: { reps },
    backend,
  }) as TensorInfo;
}

function productCall({ inputs, attrs }: Parameters<KernelFunc>[0]): ProductCall {
  const { a, b, bias, preluActivationWeights } = inputs as Record<string, TensorInfo | null | undefined> & {
    a: TensorInfo;
    b: TensorInfo;
  };
  const given = attrs as Record<string, unknown> | undefined;
  return {
    a,
    b,
    bias: bias ?? null,
    transposeA: given?.["transposeA"] === true,
    transposeB: given?.["transposeB"] === true,
    activation: (given?.["activation"] as string | undefined) ?? "linear",
    slope: (given?.["leakyreluAlpha"] as number | undefined) ?? 0,
    slopes: preluActivationWeights ?? null,
  };
}

/** Backends with memory and block operations of their own; plain loops would gain nothing. */
const isWasmBackend = (backend: Backend): backend is WasmBackend =>
  "upload" in backend && typeof backend.upload === "function" && backend.operations !== undefined;
