import { describeBackend, describeOperations } from "@fovea/conformance";
import { createWasmBackend } from "./wasm-backend.ts";

// Everything is float32: where all scores lie around 1000, a logSumExp is known to 3e-5, and gradients to little more.
const tolerance = { absolute: 5e-6, relative: 2e-5 };
describeBackend("wasm", () => createWasmBackend({ threads: 1 }), tolerance);
// also where the engine leaves vectors as they are
describeBackend("wasm, wide vectors", () => createWasmBackend({ threads: 1, wideVectors: true }), tolerance);

describeOperations("wasm", () => createWasmBackend({ threads: 1 }), { absolute: 2e-6, relative: 2e-6 });
describeOperations("wasm, plain SIMD", () => createWasmBackend({ threads: 1, relaxedSimd: false }), {
  absolute: 2e-6,
  relative: 2e-6,
});
