import { describeBackend } from "./describe-backend.ts";
import { createWasmBackend } from "../../backend-wasm/src/index.ts";
for (const relaxedSimd of [true]) describeBackend("wasm" + relaxedSimd, () => createWasmBackend({ relaxedSimd, threads: 1 }), { absolute: 2e-6, relative: 1e-5 });
