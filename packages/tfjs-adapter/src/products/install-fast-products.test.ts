import { BackendError, createWasmBackend } from "@fovea/backend-wasm";
import { engine, getKernel, matMul, ones, registerKernel, tidy, unregisterKernel } from "@tensorflow/tfjs-core";
import { afterEach, expect, test } from "vitest";
import { useBackend } from "../testing/use-backend.ts";
import { installFastProducts, uninstallFastProducts } from "./install-fast-products.ts";

useBackend("wasm");
afterEach(uninstallFastProducts);

const kernels = () => ["BatchMatMul", "_FusedMatMul"].map((name) => getKernel(name, "wasm"));
const sum = (): number =>
  tidy(
    () =>
      matMul(ones([64, 64]), ones([64, 64]), true)
        .sum()
        .dataSync()[0],
  );

test("importing the entry registers the kernels, and uninstalling gives the former ones back", async () => {
  const originals = kernels();
  const { uninstallFastProducts: undo, installFastProducts: again } = await import("../products.ts");
  again(); // another test may have imported it before
  for (const [index, kernel] of kernels().entries()) expect(kernel).not.toBe(originals[index]);
  expect(sum()).toBe(64 ** 3);
  undo();
  expect(kernels()).toEqual(originals);
  undo();
  expect(kernels()).toEqual(originals);
  expect(sum()).toBe(64 ** 3);
});

test("installing twice is undone at once, and before a backend is chosen the original is still set up", () => {
  const originals = kernels();
  installFastProducts();
  installFastProducts();
  expect(kernels().map(({ setupFunc }) => setupFunc)).toEqual(originals.map(({ setupFunc }) => setupFunc));
  uninstallFastProducts();
  expect(kernels()).toEqual(originals);
});

test("a kernel that somebody else registered meanwhile is left alone", () => {
  const original = getKernel("BatchMatMul", "wasm");
  installFastProducts();
  const foreign = { ...original };
  unregisterKernel("BatchMatMul", "wasm");
  registerKernel(foreign);
  uninstallFastProducts();
  expect(getKernel("BatchMatMul", "wasm")).toBe(foreign);
  unregisterKernel("BatchMatMul", "wasm");
  registerKernel(original);
});

test("without TensorFlow.js's wasm backend the error says what to import", () => {
  const original = getKernel("BatchMatMul", "wasm");
  unregisterKernel("BatchMatMul", "wasm");
  try {
    expect(() => installFastProducts()).toThrow('Import "@tensorflow/tfjs-backend-wasm" first.');
  } finally {
    registerKernel(original);
  }
});

test("where memory runs out, TensorFlow.js computes the product itself", () => {
  const backend = createWasmBackend({ threads: 1, maximumBytes: 2 * 65536 });
  installFastProducts({ backend });
  expect(
    tidy(
      () =>
        matMul(ones([200, 200]), ones([200, 200]), true)
          .sum()
          .dataSync()[0],
    ),
  ).toBe(200 ** 3);
  expect(backend.bytesInUse).toBeLessThan(65536);
  backend.dispose();
});

test("where memory runs out in the middle of a batch, nothing of it stays behind", () => {
  const backend = createWasmBackend({ threads: 1 });
  let matrices = 0;
  const { operations } = backend;
  const failing = {
    ...backend,
    upload: backend.upload.bind(backend),
    operations: {
      ...operations,
      scope: <R>(body: () => R): R => {
        if (++matrices === 2) throw new BackendError("no memory left");
        return operations.scope(body);
      },
    },
  };
  installFastProducts({ backend: failing });
  const batch = ones([2, 400, 400]);
  const buffers = engine().backend.numDataIds();
  const total = tidy(() => matMul(batch, batch, true).sum().dataSync()[0]);
  expect({ total, matrices }).toEqual({ total: 2 * 400 ** 3, matrices: 2 });
  expect(engine().backend.numDataIds()).toBe(buffers);
  batch.dispose();
  expect(backend.bytesInUse).toBeLessThan(400 * 400 * 4);
  backend.dispose();
});
