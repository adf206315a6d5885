import { reshape, type Tensor } from "@fovea/tensor";
import { checkWeight, findWeight, join, requireWeight, type WeightSource } from "./weight-source.ts";
import type { MultiHeadAttentionWeights, Projection } from "./weights.ts";

/** Weights of Keras's MultiHeadAttention and GroupedQueryAttention: `query/kernel` `[in, heads, headDim]`, `query/bias` `[heads, headDim]`, the same for
 *  key and value, `attention_output/kernel` `[heads, valueDim, out]`, `attention_output/bias` `[out]`; a `:0` at the end is accepted, and so are the
 *  paths of `.weights.h5` files (`query_dense/vars/0` and `…/1`).
 *  @param prefix what stands before the names, e.g. `"encoder/multi_head_attention"`
 *  @throws {WeightError} when a weight is missing or misshapen */
export function fromKeras(source: WeightSource, prefix = ""): MultiHeadAttentionWeights {
  const who = "fromKeras";
  const namesOf = (layer: string, variable: 0 | 1): readonly string[] => {
    const short = `${layer}/${variable === 0 ? "kernel" : "bias"}`;
    const dense = layer === "attention_output" ? "output_dense" : `${layer}_dense`;
    const names = [short, `${short}:0`, `${dense}/vars/${variable}`, `_${dense}/vars/${variable}`];
    return names.map((name) => join(prefix, name, "/"));
  };
  const bias = (layer: string): Tensor | undefined =>
    namesOf(layer, 1)
      .map((name) => findWeight(source, name))
      .find((found) => found !== undefined);

  const input = (layer: string): Projection => {
    const kernel = requireWeight(who, source, namesOf(layer, 0));
    checkWeight(who, namesOf(layer, 0)[0], kernel, [null, null, null]);
    const [from, heads, dim] = kernel.shape as [number, number, number];
    const weight = reshape(kernel, [from, heads * dim]);
    const offset = bias(layer);
    if (!offset) return { weight };
    checkWeight(who, namesOf(layer, 1)[0], offset, [heads, dim]);
    return { weight, bias: reshape(offset, [heads * dim]) };
  };
  const output = (layer: string): Projection => {
    const kernel = requireWeight(who, source, namesOf(layer, 0));
    checkWeight(who, namesOf(layer, 0)[0], kernel, [null, null, null]);
    const [heads, dim, to] = kernel.shape as [number, number, number];
    const weight = reshape(kernel, [heads * dim, to]);
    const offset = bias(layer);
    if (!offset) return { weight };
    checkWeight(who, namesOf(layer, 1)[0], offset, [to]);
    return { weight, bias: offset };
  };
  return { query: input("query"), key: input("key"), value: input("value"), output: output("attention_output") };
}
