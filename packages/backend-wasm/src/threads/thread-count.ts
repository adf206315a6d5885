import { BackendError } from "../backend-error.ts";
import { nodeModule } from "../node-module.ts";

/** More threads than this gain little: they share one memory bus. */
const mostByDefault = 8;

/** Threads may share memory: in Node always, in pages only when they are cross-origin isolated (COOP and COEP headers). */
function canShareMemory(): boolean {
  const scope = globalThis as { crossOriginIsolated?: boolean; Worker?: unknown };
  if (typeof SharedArrayBuffer === "undefined" || scope.crossOriginIsolated === false) return false;
  return nodeModule("node:worker_threads") !== null || scope.Worker !== undefined;
}

let said = false;

/** How many threads to use, the main one included: what was asked for, or as many as there are processors up to 8. Where memory cannot be
 *  shared it is 1, said once on the console to whoever asked for more.
 *  @throws {BackendError} when it is no whole number of at least 1 */
export function threadCount(asked: number | undefined): number {
  if (asked !== undefined && (!Number.isInteger(asked) || asked < 1 || asked > 64)) {
    throw new BackendError(`createWasmBackend: expected threads from 1 to 64, got ${asked}.`);
  }
  if (asked === 1) return 1;
  if (canShareMemory()) return asked ?? Math.max(1, Math.min(processors(), mostByDefault));
  if (asked !== undefined && !said) {
    said = true;
    console.warn(
      "@fovea/backend-wasm: running on one thread: this page is not cross-origin isolated. " +
        "Serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp for more.",
    );
  }
  return 1;
}

function processors(): number {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  const os = nodeModule<{ availableParallelism(): number }>("node:os");
  return os?.availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
}
