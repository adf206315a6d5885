import { BackendError, createWasmBackend } from "@fovea/backend-wasm";
import { referenceBackend, type Backend } from "@fovea/dot-product-attention";
import { checkBackend } from "../check-options.ts";

let chosen: Backend | null = null;
let fallback: Backend | null = null;

/** Says what runs fused attention kernels from now on, layers included; null goes back to the default. The caller still owns the backend.
 *  @throws {AdapterError} for what is none */
export function setAttentionBackend(backend: Backend | null): void {
  if (backend !== null) checkBackend("setAttentionBackend", backend);
  chosen = backend;
}

/** What runs fused attention kernels: what was set, else WebAssembly, else, where it may not be compiled, plain loops. */
export function attentionBackend(): Backend {
  if (chosen) return chosen;
  fallback ??= createDefault();
  return fallback;
}

function createDefault(): Backend {
  try {
    return createWasmBackend();
  } catch (error) {
    if (error instanceof BackendError) return referenceBackend;
    throw error;
  }
}
