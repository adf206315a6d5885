import { attention, attentionGradients } from "@fovea/dot-product-attention";
import { causal } from "@fovea/masking";
import { KeyValueCache, multiHeadAttention, randomWeights } from "@fovea/multi-head-attention";
import { full, randomGenerator, reshape, slice, type Tensor, toArray } from "@fovea/tensor";
import { expect, test } from "vitest";
import { createWasmBackend, type WasmBackend } from "./wasm-backend.ts";
import type { WasmTensor } from "./memory/wasm-tensor.ts";

/** No weight, score or sum is this number, and whatever is copied keeps it. */
const secret = Math.fround(-54321.125);
const secrets = (...shape: number[]): Tensor => full(shape, secret, "float32");

/** How often the number stands anywhere in the memory. */
function found(backend: WasmBackend): number {
  using probe = backend.allocate([1]);
  let count = 0;
  for (const value of probe.data as Float32Array) if (value === secret) count += 1;
  return count;
}

const work: Readonly<Record<string, (backend: WasmBackend) => void>> = {
  attention: (backend) => {
    const operands = [secrets(1, 2, 40, 16), secrets(1, 2, 40, 16), secrets(1, 2, 40, 16)] as const;
    attention(...operands, { mask: causal(), backend });
    attention(slice(operands[0], [null, null, [0, 1]]), operands[1], operands[2], { backend });
    attention(...operands, { normalizer: "sparsemax", backend });
  },
  gradients: (backend) => {
    const operand = secrets(1, 2, 40, 16);
    attentionGradients(operand, operand, operand, operand, { mask: causal(), backend });
  },
  "tensors in the memory": (backend) => {
    const uploaded = backend.upload(secrets(1, 2, 40, 16));
    const { output } = attention(uploaded, uploaded, uploaded, { backend }) as { output: WasmTensor };
    expect(found(backend)).toBeGreaterThan(0);
    output.dispose();
    uploaded.dispose();
  },
  "a cache": (backend) => {
    const cache = new KeyValueCache({ backend });
    const weights = randomWeights(randomGenerator(1), { queryDim: 16, heads: 2 });
    for (let token = 0; token < 3; token++) {
      const tokens = secrets(1, 1, 16);
      multiHeadAttention(weights, tokens, { heads: 2, mask: causal(), backend, cache });
    }
    cache.dispose();
  },
  operations: ({ operations }) => {
    const rows = secrets(30, 24);
    operations.linear(rows, secrets(24, 20), { bias: secrets(20) });
    operations.matmul(rows, reshape(rows, [24, 30]));
    operations.layerNorm(rows);
    operations.add(rows, rows);
  },
};

test.each(Object.keys(work))(
  "nothing of what was said stays in the memory once something is disposed of: %s",
  (name) => {
    using backend = createWasmBackend({ threads: 1 });
    work[name](backend);
    // the first look disposes of a tensor, which is when the memory is cleared
    found(backend);
    expect(found(backend)).toBe(0);
  },
);

test("a disposed backend leaves nothing in the memory but tensors that are still held", () => {
  const backend = createWasmBackend({ threads: 1 });
  const held = backend.allocate([4]);
  for (const run of Object.values(work)) run(backend);
  attention(secrets(1, 1, 8, 4), secrets(1, 1, 8, 4), secrets(1, 1, 8, 4), { backend });
  const memory = held.data as Float32Array;
  expect(memory.includes(secret)).toBe(true);
  held.data[held.offset] = 7;
  backend.dispose();
  expect(memory.includes(secret)).toBe(false);
  expect(held.data[held.offset]).toBe(7);
});

test("what allocate gives holds zeros, whatever stood there", () => {
  using backend = createWasmBackend({ threads: 1 });
  for (let size = 1; size < 4000; size *= 3) {
    for (const run of Object.values(work)) run(backend);
    using given = backend.allocate([size]);
    expect(toArray(given).every((value) => value === 0)).toBe(true);
  }
});
