export { BackendError } from "./backend-error.ts";
export { createWasmBackend } from "./wasm-backend.ts";
export type { WasmBackend, WasmBackendOptions } from "./wasm-backend.ts";
export { wasmOrReference } from "./wasm-or-reference.ts";
export type { WasmTensor } from "./memory/wasm-tensor.ts";
export { createLimitMeter } from "./create-limit-meter.ts";
export type { LimitMeter, LimitMeterOptions } from "./create-limit-meter.ts";
export { enableWideVectors } from "./vectors/wide-vectors.ts";
