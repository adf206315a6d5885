import { describeBackend, describeOperations } from "@fovea/conformance";
import { createWasmBackend } from "./wasm-backend.ts";

// Everything is float32.
const tolerance = { absolute: 2e-6, relative: 1e-5 };
describeBackend("wasm", () => createWasmBackend({ threads: 1 }), tolerance);
// where there is no fused multiply-add
describeBackend("wasm, plain vectors", () => createWasmBackend({ threads: 1, relaxedSimd: false }), tolerance);
// also where the engine leaves vectors as they are
describeBackend("wasm, wide vectors", () => createWasmBackend({ threads: 1, wideVectors: true }), tolerance);

describeOperations("wasm", () => createWasmBackend({ threads: 1 }), { absolute: 2e-6, relative: 2e-6 });
describeOperations("wasm, plain SIMD", () => createWasmBackend({ threads: 1, relaxedSimd: false }), {
  absolute: 2e-6,
  relative: 2e-6,
});
