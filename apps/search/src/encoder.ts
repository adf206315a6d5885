import { attentionWeights } from "@fovea/dot-product-attention";
import type { Backend } from "@fovea/dot-product-attention";
import { addPositions, embed, sinusoidalPositions } from "@fovea/embedding";
import { multiHeadAttention } from "@fovea/multi-head-attention";
import type { MultiHeadAttentionResult, Projection } from "@fovea/multi-head-attention";
import { add, layerNorm, matmul, mean, readValues, relu, slice, stack, tanh, tensor, toNested } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { readEncoderWeights } from "./encoder-weights.ts";
import type { LayerWeights, Normalization } from "./encoder-weights.ts";

export const layers = 2;
export const heads = 4;
/** Numbers in a sentence's vector. */
export const dimensions = 512;
/** Longest text that the encoder was trained on, in pieces of words. */
export const maxTokens = 128;

const epsilon = 1e-6;

export interface Encoder {
  /** The meaning of each text as a vector of length 1, float32 `[512]`.
   *  @param texts token ids of each text, 1 to 128 of them, of any lengths */
  encode(texts: readonly (readonly number[])[]): Float32Array[];
  /** Who attended to whom in one layer, the mean over some heads: `[tokens, tokens]`, each row adds up to one. */
  attend(text: readonly number[], layer: number, heads: readonly number[]): number[][];
}

/** The Universal Sentence Encoder, small form: token vectors and sine positions, two transformer layers that normalize first, the mean over tokens.
 *  @see Cer et al. 2018, "Universal Sentence Encoder", section 3.1 */
export function createEncoder(weights: ReadonlyMap<string, Tensor>, backend: Backend): Encoder {
  const { tokens, layers, head } = readEncoderWeights(weights);
  const positions = sinusoidalPositions({
    positions: maxTokens,
    dim: 256,
    layout: "halves",
    timescales: "tensor2tensor",
  });

  /** @returns `[batch, tokens, 256]` */
  const embedTexts = (texts: readonly (readonly number[])[]): Tensor => {
    const longest = Math.max(...texts.map(({ length }) => length));
    const ids = texts.flatMap((text) => [...text, ...Array.from({ length: longest - text.length }, () => 0)]);
    const batch = tensor(Int32Array.from(ids), { shape: [texts.length, longest] });
    // the graph adds the vectors twice: once by themselves, once under the positions
    return addPositions(embed(tokens, batch, { scale: 2 }), positions);
  };

  return {
    encode(texts) {
      const lengths = texts.map(({ length }) => length);
      const output = layers.reduce((x, layer) => runLayer(x, layer, lengths, backend), embedTexts(texts));
      const means = stack(lengths.map((length, index) => mean(slice(output, [index, [0, length]]), 0)));
      const vectors = tanh(project(means, head));
      return texts.map((_, index) => toUnitLength(readValues(slice(vectors, [index]))));
    },
    attend(text, layer, heads) {
      const lengths = [text.length];
      const before = layers
        .slice(0, layer)
        .reduce((x, weights) => runLayer(x, weights, lengths, backend), embedTexts([text]));
      const { query, key } = attendIn(before, layers[layer], lengths, backend);
      const maps = heads.map((head) => attentionWeights(query, key, {}, { head }));
      return toNested(mean(stack(maps), 0)) as number[][];
    },
  };
}

/** @param x `[batch, tokens, width]`
 *  @returns `[batch, tokens, 512]` */
function runLayer(x: Tensor, layer: LayerWeights, lengths: readonly number[], backend: Backend): Tensor {
  const attended = attendIn(x, layer, lengths, backend).output;
  const between = add(attended, layer.residual === null ? x : project(x, layer.residual));
  const expanded = relu(project(normalize(between, layer.feedForwardNormalization), layer.expand));
  return add(project(expanded, layer.contract), between);
}

function attendIn(
  x: Tensor,
  layer: LayerWeights,
  lengths: readonly number[],
  backend: Backend,
): MultiHeadAttentionResult {
  const normalized = normalize(x, layer.attentionNormalization);
  return multiHeadAttention(layer.attention, normalized, { heads, keyLengths: lengths, backend });
}

function normalize(x: Tensor, { scale, bias }: Normalization): Tensor {
  return layerNorm(x, { scale, bias, epsilon });
}

/** @param x `[…, in]`
 *  @returns `[…, out]` */
function project(x: Tensor, { weight, bias }: Projection): Tensor {
  const product = matmul(x, weight);
  return bias ? add(product, bias) : product;
}

function toUnitLength(values: ArrayLike<number>): Float32Array {
  const length = Math.hypot(...Array.from(values));
  return Float32Array.from(values, (value) => value / length);
}
