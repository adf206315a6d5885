import { createWasmBackend } from "@fovea/backend-wasm";
import type { WasmBackend } from "@fovea/backend-wasm";
import { attention, attentionGradients } from "@fovea/dot-product-attention";
import type { AttentionOptions } from "@fovea/dot-product-attention";
import { causal, causalDocuments, documentIds, slidingWindow } from "@fovea/masking";
import type { Program } from "@fovea/program";
import { alibi, softCap } from "@fovea/scoring";
import { size } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { fillRandom, seeds } from "../fill-random.ts";
import { pickOutput } from "../prepared.ts";
import type { Prepared } from "../prepared.ts";
import { keyValueBytes, outputBytes, shapesOf } from "../work.ts";
import type { AttentionWork, Mask } from "../work.ts";

/** Fovea's WebAssembly backend, operands in its memory. */
export async function prepareFovea(work: AttentionWork): Promise<Prepared> {
  const backend = createWasmBackend({ threads: work.threads ?? 1 });
  if (work.threads !== undefined && work.threads > 1) await backend.startThreads();
  const { query: queryShape, key: keyShape } = shapesOf(work);
  const query = random(backend, queryShape, seeds.query);
  const key = random(backend, keyShape, seeds.key);
  const value = random(backend, keyShape, seeds.value);
  const outputGradient = work.gradients ? random(backend, queryShape, seeds.outputGradient) : null;
  const options: AttentionOptions & { backend: WasmBackend } = {
    backend,
    mask: maskOf(work.mask),
    score: work.score === "alibi" ? alibi({ heads: work.heads }) : work.score === "softCap" ? softCap(30) : null,
  };

  const before = { bytes: backend.bytes, resident: process.resourceUsage().maxRSS * 1024 };
  let check: readonly number[] = [];
  const run = (): void => {
    if (outputGradient) {
      const gradients = attentionGradients(query, key, value, outputGradient, options);
      check = pickOutput(valuesOf(gradients.query));
      for (const result of [gradients.output, gradients.query, gradients.key, gradients.value]) release(result);
    } else {
      const { output } = attention(query, key, value, options);
      check = pickOutput(valuesOf(output));
      release(output);
    }
  };
  // of the same sizes: output; with gradients those of query, key and value as well
  const results = outputBytes(work) + (work.gradients ? outputBytes(work) + keyValueBytes(work) : 0);
  return {
    run,
    check: () => check,
    figures: () => ({
      wasmBytes: backend.bytes - before.bytes - results,
      residentBytes: process.resourceUsage().maxRSS * 1024 - before.resident - results,
      compilations: backend.compilations,
    }),
  };
}

export function maskOf(mask: Mask): Program | null {
  if (mask === "none") return null;
  if (mask === "causal") return causal();
  if ("window" in mask) return slidingWindow({ lookback: mask.window - 1 });
  return causalDocuments(documentIds(mask.documents));
}

function random(backend: WasmBackend, shape: readonly number[], seed: number): Tensor {
  const target = backend.allocate(shape);
  fillRandom(valuesOf(target), seed);
  return target;
}

/** The numbers of a contiguous float32 tensor, in place. */
function valuesOf(tensor: Tensor): Float32Array {
  const { data, offset } = tensor;
  if (!(data instanceof Float32Array)) throw new TypeError("expected a float32 tensor");
  return data.subarray(offset, offset + size(tensor));
}

function release(tensor: Tensor & { dispose?(): void }): void {
  tensor.dispose?.();
}
