import { describeBackend } from "@fovea/conformance";
import { createWasmBackend } from "./wasm-backend.ts";

// Everything is float32: where all scores lie around 1000, a logSumExp is known to 3e-5, and gradients to little more.
describeBackend("wasm", () => createWasmBackend({ threads: 1 }), { absolute: 5e-6, relative: 2e-5 });
