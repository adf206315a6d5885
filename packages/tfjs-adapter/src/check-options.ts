import type { Backend } from "@fovea/dot-product-attention";
import { AdapterError } from "./adapter-error.ts";
import { isRecord } from "./is-record.ts";

/** @param names that options may have
 *  @throws {AdapterError} for what is no options object, and for names that there are not */
export function checkOptions(who: string, options: unknown, names: readonly string[]): void {
  if (!isRecord(options)) {
    const got = options === null ? "null" : Array.isArray(options) ? "a list" : `a ${typeof options}`;
    throw new AdapterError(`${who}: expected options as an object with ${names.join(", ")}, got ${got}.`);
  }
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new AdapterError(`${who}: there is no option "${unknown}". There are ${names.join(", ")}.`);
}

/** @throws {AdapterError} for what does not compute attention */
export function checkBackend(who: string, backend: unknown): asserts backend is Backend {
  if (isRecord(backend) && typeof backend["compile"] === "function") return;
  throw new AdapterError(
    `${who}: expected a backend of Fovea, as createWasmBackend of @fovea/backend-wasm makes, got ${backend === null ? "null" : typeof backend}.`,
  );
}
