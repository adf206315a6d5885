import type { MultiHeadAttentionWeights, Projection } from "@fovea/multi-head-attention";
import { checkShape, reshape, split } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { UserError } from "@fovea/command-line";

export interface Normalization {
  readonly scale: Tensor;
  readonly bias: Tensor;
}

export interface LayerWeights {
  readonly attentionNormalization: Normalization;
  /** Without the output projection. */
  readonly attention: MultiHeadAttentionWeights;
  readonly output: Projection;
  /** Where a layer's output is wider than its input, the input is brought to that width before it is added. */
  readonly residual: Projection | null;
  readonly feedForwardNormalization: Normalization;
  readonly expand: Projection;
  readonly contract: Projection;
}

export interface EncoderWeights {
  /** `[ids, 256]` */
  readonly tokens: Tensor;
  readonly layers: readonly LayerWeights[];
  readonly head: Projection;
}

/** Finds the encoder's weights by their names in the TensorFlow graph.
 *  @throws {UserError} when one is missing or has another shape: then it is another model */
export function readEncoderWeights(weights: ReadonlyMap<string, Tensor>): EncoderWeights {
  const find = (name: string, shape: readonly number[]): Tensor => {
    const found = weights.get(name);
    if (found === undefined)
      throw new UserError(
        `The model has no weight named ${name}: it is not the sentence encoder this search is made for.`,
      );
    try {
      checkShape("The model", name, found, shape);
    } catch (error) {
      throw new UserError(`${String(error)} It is not the sentence encoder this search is made for.`);
    }
    return found;
  };
  return {
    tokens: find("module/Embeddings_en", [8002, 256]),
    layers: [readLayer(find, 0, 256), readLayer(find, 1, 512)],
    head: {
      weight: find("module/Encoder_en/hidden_layers/tanh_layer_0/weights", [512, 512]),
      bias: find("module/Encoder_en/hidden_layers/tanh_layer_0/bias", [512]),
    },
  };
}

/** @param width of the layer's input; its output has 512 */
function readLayer(find: (name: string, shape: number[]) => Tensor, index: number, width: number): LayerWeights {
  const constants = `module_apply_default/Encoder_en/KonaTransformer/Encode/Layer_${index}/TransformerLayer`;
  const kernels = `module/Encoder_en/KonaTransformer/Encode/Layer_${index}/TransformerLayer/MultiheadAttention`;
  const matrices = `module_apply_default/Encoder_en/KonaTransformer/Encode/TransformerStack/Layer_${index}/TransformerLayer/FFN`;
  const vector = (name: string, size: number): Tensor => find(`${constants}/${name}/ConcatPartitions/concat`, [size]);
  const normalization = (name: string, size: number): Normalization => ({
    scale: vector(`${name}layer_prepostprocess/layer_norm/layer_norm_scale`, size),
    bias: vector(`${name}layer_prepostprocess/layer_norm/layer_norm_bias`, size),
  });
  /** A 1 × 1 convolution is a matrix. */
  const kernel = (name: string, columns: number): Tensor =>
    reshape(find(`${kernels}/${name}/kernel/part_0`, [1, 1, width, columns]), [width, columns]);

  const joined = kernel("qkv_transform_single", 3 * width);
  const joinedBias = vector("MultiheadAttention/qkv_transform_single/bias", 3 * width);
  const biases = split(joinedBias, 3);
  const [query, key, value] = split(joined, 3, 1).map((weight, part) => ({ weight, bias: biases[part] }));
  const output = {
    weight: kernel("output_transform_single", 512),
    bias: vector("MultiheadAttention/output_transform_single/bias", 512),
  };
  return {
    attentionNormalization: normalization("", width),
    attention: { query, key, value },
    output,
    residual:
      width === 512
        ? null
        : {
            weight: find(`${constants}/dense/kernel/ConcatPartitions/concat`, [width, 512]),
            bias: vector("dense/bias", 512),
          },
    feedForwardNormalization: normalization("FFN/", 512),
    expand: {
      weight: find(`${matrices}/conv1/Tensordot/Reshape_1`, [512, 1536]),
      bias: vector("FFN/conv1/bias", 1536),
    },
    contract: {
      weight: find(`${matrices}/conv2/Tensordot/Reshape_1`, [1536, 512]),
      bias: vector("FFN/conv2/bias", 512),
    },
  };
}
