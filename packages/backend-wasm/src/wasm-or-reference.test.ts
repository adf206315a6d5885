import { attention, referenceBackend } from "@fovea/dot-product-attention";
import { ones, toArray } from "@fovea/tensor";
import { afterEach, expect, test, vi } from "vitest";
import { BackendError } from "./backend-error.ts";
import { createWasmBackend } from "./wasm-backend.ts";
import { wasmOrReference } from "./wasm-or-reference.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const { CompileError } = WebAssembly;

/** What a page sees whose Content-Security-Policy lacks 'wasm-unsafe-eval'. */
function Module(): never {
  throw new CompileError("Wasm code generation disallowed by embedder");
}

test("where WebAssembly compiles it is used", () => {
  expect(wasmOrReference({ threads: 1 }).name).toBe("wasm");
});

test("where compiling is refused, or where there is no WebAssembly, the reference backend answers, said once", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  vi.stubGlobal("WebAssembly", { Module });
  expect(() => createWasmBackend()).toThrow(BackendError);
  expect(() => createWasmBackend()).toThrow("wasm-unsafe-eval");
  expect(wasmOrReference()).toBe(referenceBackend);
  vi.stubGlobal("WebAssembly", undefined);
  const backend = wasmOrReference();
  const t = ones([1, 1, 2, 4]);
  expect(toArray(attention(t, t, t, { backend }).output)).toEqual(Array(8).fill(1));
  expect(warn).toHaveBeenCalledTimes(1);
});

test("options that make no sense are refused, not replaced by the reference", () => {
  expect(() => wasmOrReference({ threads: 0 })).toThrow(BackendError);
});
