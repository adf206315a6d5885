import { tidy } from "@tensorflow/tfjs-core";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import { prepareInputs } from "./call-spec.ts";
import { checkOptions } from "./check-options.ts";
import { compositeWeights } from "./composite/composite-attention.ts";
import { optionNames, type AttentionOptions } from "./options.ts";

/** The weights that `attention` never makes: what multiplies each value, after normalizer and probability program. Differentiable.
 *  For a look at a model, or a loss on where it looks; memory O(queries × keys).
 *  @param query `[batch, heads, queries, headDim]`
 *  @param key `[batch, keyHeads, keys, headDim]`
 *  @returns `[batch, heads, queries, keys]`, 0 where a pair is not seen
 *  @throws as `attention` does */
export function attentionWeights(
  query: Tensor,
  key: Tensor,
  options: Omit<AttentionOptions, "kernels" | "backend"> = {},
): Tensor4D {
  const { kernels: _, backend: __, ...names } = optionNames; // it has one way only
  checkOptions("attentionWeights", options, Object.keys(names));
  return tidy(() => {
    const past = options.past && { key: options.past.key, value: options.past.key };
    const { spec, inputs } = prepareInputs(query, key, key, { ...options, past });
    return compositeWeights(spec, inputs);
  });
}
