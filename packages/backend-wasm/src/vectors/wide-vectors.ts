import { nodeModule } from "../node-module.ts";
import { hasRelaxedSimd } from "./relaxed-simd.ts";

/** V8's flag for its pass that merges neighbouring 128-bit instructions into 256-bit ones. */
const flag = "--experimental-wasm-revectorize";

/** What is used of Node's `process`; other runtimes have one too, with less in it. */
interface NodeProcess {
  readonly arch?: string;
  readonly execArgv?: readonly string[];
  readonly versions?: { readonly v8?: string };
  readonly config?: { readonly variables?: { readonly v8_enable_wasm_simd256_revec?: number | string } };
}

let enabled: boolean | null = null;

/** Lets V8 use 256-bit vectors for WebAssembly, which about doubles what a thread computes. Call it once, before the first backend is made: every backend
 *  made afterwards writes kernels for them.
 *
 *  It sets V8's flag `--experimental-wasm-revectorize` for the whole process, so that the WebAssembly of other libraries is compiled with it as well. V8
 *  calls the pass experimental, which is why nothing here sets it unasked. `node --experimental-wasm-revectorize` does the same from outside and needs no
 *  call. Results differ by rounding only.
 *  @returns whether kernels use them now: Node 24 or later on x64; elsewhere nothing changes, and kernels keep to 128 bits */
export function enableWideVectors(): boolean {
  if (!hasWideVectors() && canWiden()) {
    nodeModule<{ setFlagsFromString(flags: string): void }>("node:v8")?.setFlagsFromString(flag);
    enabled = true;
  }
  return hasWideVectors();
}

/** Whether 256-bit vectors are used: they were enabled, or the process was started with the flag. */
export function hasWideVectors(): boolean {
  enabled ??= canWiden() && (nodeModule<NodeProcess>("node:process")?.execArgv?.includes(flag) ?? false);
  return enabled;
}

/** Whether this engine was built with the pass, in a version that all tests pass with. */
function canWiden(): boolean {
  const process = nodeModule<NodeProcess>("node:process");
  const [major] = process?.versions?.v8?.split(".") ?? [];
  const built = Number(process?.config?.variables?.v8_enable_wasm_simd256_revec) === 1;
  return process?.arch === "x64" && Number(major) >= 13 && built && hasRelaxedSimd();
}
