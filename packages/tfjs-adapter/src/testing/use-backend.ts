// Only tests use these, so they are no dependencies. The whole of TensorFlow.js, because it registers the gradients of its operations.
const { afterAll, afterEach, beforeAll, beforeEach, expect } = await import("vitest");
const { memory, ready, setBackend } = await import("@tensorflow/tfjs");
const { setThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
const { uninstallFastProducts } = await import("../products/install-fast-products.ts");

setThreadsCount(1);

/** Backends of TensorFlow.js that every test runs on. */
export const backendNames = ["cpu", "wasm"] as const;

/** Makes the tests of a `describe` run on one backend, and each of them leave as many tensors as it found. */
export function useBackend(name: string): void {
  let before = 0;
  beforeAll(async () => {
    uninstallFastProducts(); // a file that ran before in the same process may have left them
    await setBackend(name);
    await ready();
  });
  beforeEach(() => {
    before = memory().numTensors;
  });
  afterEach(() => {
    expect(memory().numTensors, "tensors left behind").toBe(before);
  });
  afterAll(() => setBackend("cpu"));
}
