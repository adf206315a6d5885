import { type Backend, referenceBackend } from "@fovea/dot-product-attention";
import { BackendError } from "./backend-error.ts";
import { checkCompile } from "./check-compile.ts";
import { createWasmBackend, type WasmBackendOptions } from "./wasm-backend.ts";

let said = false;

/** A WebAssembly backend, or the reference backend where WebAssembly may not be compiled: same results, far slower, said once on the console.
 *  @throws {BackendError} for options that `createWasmBackend` refuses */
export function wasmOrReference(options: WasmBackendOptions = {}): Backend {
  try {
    checkCompile();
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    if (!said) console.warn(`@fovea/backend-wasm: computing with the slow reference backend. ${error.message}`);
    said = true;
    return referenceBackend;
  }
  return createWasmBackend(options);
}
