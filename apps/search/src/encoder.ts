import { attentionWeights, referenceBackend } from "@fovea/dot-product-attention";
import type { Backend, LinearOptions } from "@fovea/dot-product-attention";
import { embed, sinusoidalPositions } from "@fovea/embedding";
import { multiHeadAttention, prepareWeights } from "@fovea/multi-head-attention";
import type { MultiHeadAttentionResult, Projection } from "@fovea/multi-head-attention";
import { mean, readValues, reshape, slice, stack, tensor, toNested } from "@fovea/tensor";
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
 *  From embedding to vector everything stays where the backend computes.
 *  @see Cer et al. 2018, "Universal Sentence Encoder", section 3.1 */
export function createEncoder(weights: ReadonlyMap<string, Tensor>, backend: Backend): Encoder {
  const operations = backend.operations ?? referenceBackend.operations;
  const { tokens, layers, head } = readEncoderWeights(weights);
  for (const { attention, residual, expand, contract } of layers) {
    prepareWeights(attention, backend);
    for (const projection of [residual, expand, contract]) {
      if (projection) operations.prepareWeight(projection.weight);
    }
  }
  operations.prepareWeight(head.weight);
  const positions = sinusoidalPositions({
    positions: maxTokens,
    dim: 256,
    layout: "halves",
    timescales: "tensor2tensor",
  });

  const normalize = (x: Tensor, { scale, bias }: Normalization): Tensor =>
    operations.layerNorm(x, { scale, bias, epsilon });

  const project = (x: Tensor, { weight, bias }: Projection, options: LinearOptions = {}): Tensor =>
    operations.linear(x, weight, { ...options, bias });

  /** @returns `[batch, tokens, 256]` */
  const embedTexts = (texts: readonly (readonly number[])[], longest: number): Tensor => {
    const ids = texts.flatMap((text) => [...text, ...Array.from({ length: longest - text.length }, () => 0)]);
    const batch = tensor(Int32Array.from(ids), { shape: [texts.length, longest] });
    // the graph adds the vectors twice: once by themselves, once under the positions
    const vectors = operations.place(embed(tokens, batch, { scale: 2 }));
    return operations.add(vectors, slice(positions, [[0, longest]]));
  };

  const attendIn = (x: Tensor, layer: LayerWeights, lengths: readonly number[]): MultiHeadAttentionResult =>
    multiHeadAttention(layer.attention, normalize(x, layer.attentionNormalization), {
      heads,
      keyLengths: lengths,
      backend,
    });

  /** @param x `[batch, tokens, width]`
   *  @returns `[batch, tokens, 512]` */
  const runLayer = (x: Tensor, layer: LayerWeights, lengths: readonly number[]): Tensor => {
    const attended = attendIn(x, layer, lengths).output;
    const between = layer.residual ? project(x, layer.residual, { residual: attended }) : operations.add(attended, x);
    const expanded = project(normalize(between, layer.feedForwardNormalization), layer.expand, { activation: "relu" });
    return project(expanded, layer.contract, { residual: between });
  };

  /** The mean over each text's own tokens, as a product with 1 / length. @returns `[batch, 512]` */
  const means = (x: Tensor, lengths: readonly number[]): Tensor => {
    const [batch, longest] = x.shape as [number, number, number];
    const shares = lengths.flatMap((length) =>
      Array.from({ length: longest }, (_, i) => (i < length ? 1 / length : 0)),
    );
    const weights = operations.place(tensor(Float32Array.from(shares), { shape: [batch, 1, longest] }));
    return reshape(operations.matmul(weights, x), [batch, dimensions]);
  };

  return {
    encode: (texts) =>
      operations.scope(() => {
        const lengths = texts.map(({ length }) => length);
        const embedded = embedTexts(texts, Math.max(...lengths));
        const output = layers.reduce((x, layer) => runLayer(x, layer, lengths), embedded);
        const vectors = project(means(output, lengths), head, { activation: "tanh" });
        return texts.map((_, index) => toUnitLength(readValues(slice(vectors, [index]))));
      }),
    attend: (text, layer, heads) =>
      operations.scope(() => {
        const lengths = [text.length];
        const embedded = embedTexts([text], text.length);
        const before = layers.slice(0, layer).reduce((x, weights) => runLayer(x, weights, lengths), embedded);
        const { query, key } = attendIn(before, layers[layer], lengths);
        const maps = heads.map((head) => attentionWeights(query, key, {}, { head }));
        return toNested(mean(stack(maps), 0)) as number[][];
      }),
  };
}

function toUnitLength(values: ArrayLike<number>): Float32Array {
  const length = Math.hypot(...Array.from(values));
  return Float32Array.from(values, (value) => value / length);
}
