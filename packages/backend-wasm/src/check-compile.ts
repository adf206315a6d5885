import { FunctionBody, ModuleBuilder } from "@fovea/wasm-assembler";
import { BackendError } from "./backend-error.ts";

/** Compiles the smallest module with SIMD.
 *  @throws {BackendError} where there is no WebAssembly, no SIMD in it, or a policy that forbids compiling */
export function checkCompile(): void {
  const f = new FunctionBody([]);
  f.f32x4(1);
  f.op("drop");
  const module = new ModuleBuilder();
  module.add(f);
  const bytes = module.encode({ minimum: 1, maximum: 1, shared: false });
  try {
    compile(bytes);
  } catch (cause) {
    throw new BackendError(
      "backend-wasm: WebAssembly SIMD may not be compiled here. Allow 'wasm-unsafe-eval' in the page's Content-Security-Policy, or use referenceBackend.",
      { cause },
    );
  }
}

const compile = (bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module => new WebAssembly.Module(bytes);
