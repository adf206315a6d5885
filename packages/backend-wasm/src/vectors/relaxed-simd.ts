import { f32x4, FunctionBody, ModuleBuilder } from "@fovea/wasm-assembler";

let detected: boolean | null = null;

/** Whether this engine knows relaxed SIMD's fused multiply-add (Node 22 and later, current browsers; not Node 20). */
export function hasRelaxedSimd(): boolean {
  if (detected === null) {
    const f = new FunctionBody();
    f.drop(f32x4.relaxed_madd(f32x4.const(1), 1, 1));
    const module = new ModuleBuilder();
    module.add(f);
    detected = WebAssembly.validate(module.encode({ minimum: 1, maximum: 1, shared: false }));
  }
  return detected;
}
