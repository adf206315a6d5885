// Only tests use these, so they are no dependencies. The whole of TensorFlow.js, because it registers the gradients of its operations.
const { afterAll, afterEach, beforeAll, beforeEach, expect } = await import("vitest");
const { memory, ready, setBackend } = await import("@tensorflow/tfjs");
const { setThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");

setThreadsCount(1);

/** Backends of TensorFlow.js that every test runs on. */
export const backendNames = ["cpu", "wasm"] as const;

/** Makes the tests of a `describe` run on one backend, and each of them leave as many tensors as it found. */
export function useBackend(name: string): void {
  let before = 0;
  beforeAll(async () => {
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
