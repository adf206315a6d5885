import { BackendError } from "@fovea/backend-wasm";
import { referenceBackend, type Backend, type Kernel, type Plan } from "@fovea/dot-product-attention";
import type { Tensor } from "@fovea/tensor";

/** Puts the query where results are to live and runs `use` with it.
 *
 *  A backend with memory of its own leaves its results where the query lives: with the query placed there they are read straight from it, so that every number is copied once on its way in and once on its way out. */
export function withQuery<R>(backend: Backend, query: Tensor, use: (query: Tensor) => R): R {
  const placed = backend.place(query);
  try {
    return use(placed);
  } finally {
    if (placed !== query && isResident(placed)) placed.dispose();
  }
}

/** Whether a result lies in memory that its backend takes back. */
export const isResident = (tensor: Tensor & { dispose?(): void }): tensor is Tensor & { dispose(): void } =>
  tensor.dispose !== undefined;

/** The kernel of a plan, or the reference kernel for a plan that the backend does not compile. */
export function kernelOf(backend: Backend, plan: Plan): Kernel {
  try {
    return backend.compile(plan);
  } catch (error) {
    if (error instanceof BackendError) return referenceBackend.compile(plan);
    throw error;
  }
}
