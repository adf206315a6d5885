import { slice, transpose, type Tensor } from "@fovea/tensor";
import { WeightError } from "./weight-error.ts";
import { checkWeight, findWeight, join, requireWeight, type WeightSource } from "./weight-source.ts";
import type { MultiHeadAttentionWeights, Projection } from "./weights.ts";

/** Weights of `torch.nn.MultiheadAttention`: `in_proj_weight` (or `q_proj_weight`, `k_proj_weight`, `v_proj_weight` where key and value have their own
 *  sizes), `in_proj_bias`, `out_proj.weight`, `out_proj.bias`. Nothing is copied: the results are views.
 *  @param prefix what stands before the names, e.g. `"encoder.layers.0.self_attn"`
 *  @throws {WeightError} when a weight is missing or misshapen, or for `bias_k`, which has no counterpart here */
export function fromPyTorch(source: WeightSource, prefix = ""): MultiHeadAttentionWeights {
  const who = "fromPyTorch";
  const named = (name: string): string => join(prefix, name, ".");
  if (findWeight(source, named("bias_k"))) {
    throw new WeightError(
      `${who}: ${named("bias_k")} (add_bias_kv) is not supported: it adds a learned key that every query sees.`,
      [named("in_proj_weight")],
    );
  }
  const outputName = named("out_proj.weight");
  const output = requireWeight(who, source, [outputName]);
  const [outputDim, embedDim] = output.shape as [number, number];
  checkWeight(who, outputName, output, [embedDim ?? null, embedDim ?? null]);
  const outputBias = optionalBias(source, named("out_proj.bias"), outputDim);
  const biases = optionalBias(source, named("in_proj_bias"), 3 * embedDim);

  const packedName = named("in_proj_weight");
  const packed = findWeight(source, packedName);
  if (packed) checkWeight(who, packedName, packed, [3 * embedDim, null]);
  const part = (index: number, letter: string): Projection => {
    const rows: [number, number] = [index * embedDim, (index + 1) * embedDim];
    const ownName = named(`${letter}_proj_weight`);
    const weight = packed ? slice(packed, [rows]) : requireWeight(who, source, [packedName, ownName]);
    if (!packed) checkWeight(who, ownName, weight, [embedDim, null]);
    return linear(weight, biases && slice(biases, [rows]));
  };
  return {
    query: part(0, "q"),
    key: part(1, "k"),
    value: part(2, "v"),
    output: linear(output, outputBias),
  };

  function optionalBias(weights: WeightSource, name: string, size: number): Tensor | undefined {
    const bias = findWeight(weights, name);
    if (bias) checkWeight(who, name, bias, [size]);
    return bias;
  }
}

/** PyTorch's Linear keeps its weight `[out, in]`. */
function linear(weight: Tensor, bias: Tensor | undefined): Projection {
  return { weight: transpose(weight), ...(bias && { bias }) };
}
