import { getBackend, tidy } from "@tensorflow/tfjs-core";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import { AdapterError } from "./adapter-error.ts";
import { prepareInputs } from "./call-spec.ts";
import { checkOptions } from "./check-options.ts";
import { compositeAttention } from "./composite/composite-attention.ts";
import { fusedAttention } from "./fused/fused-attention.ts";
import { hasStorage, storageNames } from "./fused/storage.ts";
import { optionNames, type AttentionOptions } from "./options.ts";

/** Lets each query gather the values of the keys it may see, weighed by how well they match, on tensors of TensorFlow.js:
 *  `output = probability(normalizer(score(scale * query · key))) · value` over the pairs that `mask` lets through.
 *
 *  Differentiable, any number of times, by query, key, value, sinks and every float table that is a tensor of TensorFlow.js; works inside
 *  `tf.tidy`, `tf.grad` and `model.fit`. On the backends cpu and wasm one fused kernel runs on TensorFlow.js's own buffers and memory is
 *  O(queries + keys); second derivatives and other backends use operations of TensorFlow.js and a queries × keys matrix.
 *  @param query `[batch, heads, queries, headDim]`, float32
 *  @param key `[batch, keyHeads, keys, headDim]`; query head h reads key head `floor(h / (heads / keyHeads))`
 *  @param value `[batch, keyHeads, keys, valueDim]`
 *  @returns `[batch, heads, queries, valueDim]`; a row that sees nothing is zero
 *  @throws {AdapterError} for tensors that are disposed of or none, an unknown backend or option
 *  @throws {ShapeError | DTypeError | AttentionError | ProgramError} as `attention` of `@fovea/dot-product-attention` does
 *  @see Vaswani et al. 2017, eq. 1 */
export function attention(query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions = {}): Tensor4D {
  checkOptions("attention", options, Object.keys(optionNames));
  const run = choosePath(options.kernels ?? "auto") === "fused" ? fusedAttention : compositeAttention;
  return tidy("attention", () => {
    const { spec, inputs } = prepareInputs(query, key, value, options);
    return run(spec, inputs);
  });
}

function choosePath(kernels: string): "fused" | "composite" {
  const name = getBackend();
  if (!name) {
    throw new AdapterError(
      "attention: TensorFlow.js has no backend. Import one, e.g. @tensorflow/tfjs-backend-wasm, and await tf.setBackend and tf.ready.",
    );
  }
  if (kernels === "auto") return hasStorage(name) ? "fused" : "composite";
  if (kernels === "composite") return "composite";
  if (kernels !== "fused") {
    throw new AdapterError(`attention: expected kernels "auto", "fused" or "composite", got "${String(kernels)}".`);
  }
  if (hasStorage(name)) return "fused";
  throw new AdapterError(
    `attention: fused kernels run on the backends ${storageNames.join(" and ")}, got ${name}. Leave kernels out, or use "composite".`,
  );
}
