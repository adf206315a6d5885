import { BackendError, type WasmBackend } from "@fovea/backend-wasm";
import { referenceBackend, type Backend, type Kernel, type Plan } from "@fovea/dot-product-attention";
import type { Tensor } from "@fovea/tensor";

/** Puts the query where results are to live and runs `use` with it.
 *
 *  A backend with memory of its own (`upload`) leaves its results where the query lives: with the query uploaded they are read straight from
 *  there, so that every number is copied once on its way in and once on its way out. */
export function withQuery<R>(backend: Backend, query: Tensor, use: (query: Tensor) => R): R {
  if (!isUploading(backend)) return use(query);
  const uploaded = backend.upload(query);
  try {
    return use(uploaded);
  } finally {
    uploaded.dispose();
  }
}

/** Whether a result lies in memory that its backend takes back. */
export const isResident = (tensor: Tensor): tensor is Tensor & { dispose(): void } =>
  "dispose" in tensor && typeof tensor.dispose === "function";

/** The kernel of a plan, or the reference kernel for a plan that the backend does not compile. */
export function kernelOf(backend: Backend, plan: Plan): Kernel {
  try {
    return backend.compile(plan);
  } catch (error) {
    if (error instanceof BackendError) return referenceBackend.compile(plan);
    throw error;
  }
}

function isUploading(backend: Backend): backend is Backend & Pick<WasmBackend, "upload"> {
  return "upload" in backend && typeof backend.upload === "function";
}
