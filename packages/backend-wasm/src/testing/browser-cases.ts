import { attention, attentionGradients, referenceBackend, type AttentionOptions } from "@fovea/dot-product-attention";
import { randomGenerator, toArray, type Tensor } from "@fovea/tensor";
import { createWasmBackend } from "../wasm-backend.ts";
import { wasmOrReference } from "../wasm-or-reference.ts";

/** What a browser says of itself and how far the backend is from the reference there. */
export interface BrowserReport {
  readonly isolated: boolean;
  readonly name: string;
  readonly threads: number;
  readonly relaxedSimd: boolean;
  /** Largest differences from the reference backend. */
  readonly forward: number;
  readonly decode: number;
  readonly gradients: number;
  /** Whether all threads together and one alone give the same bits. */
  readonly sameBits: boolean;
}

/** Runs a few cases in a page, for tests only. */
export async function runBrowserCases(workerUrl?: string): Promise<BrowserReport> {
  const random = randomGenerator(23);
  const normal = (...shape: number[]): Tensor => random.normal(shape, { dtype: "float32" });
  const options: AttentionOptions = {
    score: ({ score, query, key }) => score.subtract(query.subtract(key).toFloat().multiply(0.05)),
    mask: ({ query, key }) => key.lessEqual(query),
  };
  const backend = wasmOrReference({ threads: 3, ...(workerUrl === undefined ? {} : { workerUrl }) });
  const one = backend === referenceBackend ? referenceBackend : createWasmBackend({ threads: 1 });
  const wasm = "startThreads" in backend ? (backend as ReturnType<typeof createWasmBackend>) : null;
  await wasm?.startThreads();
  const operands: [Tensor, Tensor, Tensor] = [normal(1, 4, 400, 32), normal(1, 2, 400, 32), normal(1, 2, 400, 32)];
  const few: [Tensor, Tensor, Tensor] = [normal(1, 4, 1, 32), normal(1, 2, 3000, 32), normal(1, 2, 3000, 32)];
  const outputGradient = normal(1, 4, 60, 32);
  const short: [Tensor, Tensor, Tensor] = [normal(1, 4, 60, 32), normal(1, 2, 60, 32), normal(1, 2, 60, 32)];
  const output = attention(...operands, { ...options, backend }).output;
  const gradients = [backend, referenceBackend].map((on) =>
    attentionGradients(...short, outputGradient, { ...options, backend: on }),
  );
  const report = {
    isolated: globalThis.crossOriginIsolated,
    name: backend.name,
    threads: wasm?.threads ?? 1,
    relaxedSimd: wasm?.relaxedSimd ?? false,
    forward: difference(output, attention(...operands, options).output),
    decode: difference(
      attention(...few, { ...options, queryOffset: 2999, backend }).output,
      attention(...few, { ...options, queryOffset: 2999 }).output,
    ),
    gradients: Math.max(
      ...(["query", "key", "value"] as const).map((name) => difference(gradients[0][name], gradients[1][name])),
    ),
    sameBits: difference(output, attention(...operands, { ...options, backend: one }).output) === 0,
  };
  backend.dispose();
  return report;
}

function difference(a: Tensor, b: Tensor): number {
  const [left, right] = [toArray(a), toArray(b)];
  return left.reduce((most, value, i) => Math.max(most, Math.abs(value - right[i])), 0);
}
