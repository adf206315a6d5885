import { BackendError, createWasmBackend } from "@fovea/backend-wasm";
import { referenceBackend, type Backend } from "@fovea/dot-product-attention";
import { grads, tidy, type Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { attention } from "../attention.ts";
import { normals, toTf } from "../testing/convert.ts";
import { backendNames, useBackend } from "../testing/use-backend.ts";
import { attentionBackend, setAttentionBackend } from "./attention-backend.ts";

const normal = normals(41);

const attendOn =
  (backend: Backend | undefined) =>
  (q: Tensor, k: Tensor, v: Tensor): Tensor =>
    attention(q, k, v, { backend });

/** Output and gradients of one call. */
function runOnce(backend?: Backend): void {
  tidy(() => {
    for (const gradient of grads(attendOn(backend))([0, 1, 2].map(() => toTf(normal([1, 2, 5, 4])))))
      gradient.dataSync();
  });
}

describe.each(backendNames)("the backend of fused kernels on %s", (name) => {
  useBackend(name);

  test("is WebAssembly by default, and another on request, for one call or for all", () => {
    expect(attentionBackend().name).toBe("wasm");
    let compiled = 0;
    const counting: Backend = {
      ...referenceBackend,
      compile(plan) {
        compiled += 1;
        return referenceBackend.compile(plan);
      },
    };
    runOnce(counting);
    expect(compiled).toBe(2); // forward and backward
    setAttentionBackend(counting);
    runOnce();
    setAttentionBackend(null);
    expect(compiled).toBe(4);
    runOnce();
    expect(compiled).toBe(4);
  });

  test("keeps nothing in its own memory from call to call, and compiles once", () => {
    const backend = createWasmBackend();
    runOnce(backend);
    const { bytesInUse, compilations } = backend;
    for (let step = 0; step < 20; step++) runOnce(backend);
    expect(backend.bytesInUse).toBe(bytesInUse);
    expect(backend.compilations).toBe(compilations);
    backend.dispose();
  });

  test("leaves plans that it refuses to the plain loops", () => {
    const refusing: Backend = {
      ...referenceBackend,
      compile: () => {
        throw new BackendError("refusing: no kernel for this plan.");
      },
    };
    expect(() => runOnce(refusing)).not.toThrow();
  });
});
