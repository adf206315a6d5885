import { attentionWeights, operationsOf } from "@fovea/dot-product-attention";
import type { LinearOptions } from "@fovea/block-operations";
import type { AttentionOptions, Backend } from "@fovea/dot-product-attention";
import { embed, sinusoidalPositions } from "@fovea/embedding";
import { createBlockMask, documentIds, documents, documentTable } from "@fovea/masking";
import { multiHeadAttention, prepareWeights } from "@fovea/multi-head-attention";
import type { MultiHeadAttentionResult, Projection } from "@fovea/multi-head-attention";
import { mean, readValues, slice, stack, tensor, toNested } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { readEncoderWeights } from "./encoder-weights.ts";
import type { LayerWeights, Normalization } from "./encoder-weights.ts";
import { UserError } from "@fovea/command-line";

export const layers = 2;
export const heads = 4;
/** Numbers in a sentence's vector. */
export const dimensions = 512;
/** Longest text that the encoder was trained on, in pieces of words. */
export const maxTokens = 128;

const epsilon = 1e-6;

/** One program for all calls: which token is whose is a table. */
const mask = documents([0]);

/** Who sees whom, the same in every layer. */
type Sight = Required<Pick<AttentionOptions, "mask" | "tables" | "blockMask">>;

/** Each text sees itself. */
function sightOf(lengths: readonly number[]): Sight {
  const ids = documentIds(lengths);
  const document = documentTable(ids);
  // blocks of about a text's length: larger ones hold more of other texts, smaller ones take longer to start than to compute
  const size = { queries: ids.length, keys: ids.length, queryBlock: 64, keyBlock: 32 };
  return { mask, tables: { mask: { document } }, blockMask: createBlockMask(mask, { ...size, tables: { document } }) };
}

export interface Encoder {
  /** The meaning of each text as a vector of length 1, float32 `[512]`.
   *  @param texts token ids of each text, 1 to 128 of them, of any lengths
   *  @throws {UserError} when nothing finite comes out: the weights are damaged */
  encode(texts: readonly (readonly number[])[]): Float32Array[];
  /** Who attended to whom in one layer, the mean over some heads: `[tokens, tokens]`, each row adds up to one. */
  attend(text: readonly number[], layer: number, heads: readonly number[]): number[][];
}

/** The Universal Sentence Encoder, small form: token vectors and sine positions, two transformer layers that normalize first, the mean over tokens.
 *  Texts of any lengths lie one behind the other in a single sequence, and a mask keeps each to itself: nothing is padded. From embedding to vector
 *  everything stays where the backend computes.
 *  @see Cer et al. 2018, "Universal Sentence Encoder", section 3.1 */
export function createEncoder(weights: ReadonlyMap<string, Tensor>, backend: Backend): Encoder {
  const operations = operationsOf(backend);
  const { tokens, layers, head } = readEncoderWeights(weights);
  for (const { attention, output, residual, expand, contract } of layers) {
    prepareWeights(attention, backend);
    for (const projection of [output, residual, expand, contract]) {
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

  /** @returns `[1, tokens, 256]` */
  const embedTexts = (texts: readonly (readonly number[])[]): Tensor => {
    // the graph adds the vectors twice: once by themselves, once under the positions
    const vectors = embed(tokens, packed(texts.flat()), { scale: 2 });
    const places = embed(positions, packed(texts.flatMap((text) => [...text.keys()])));
    return operations.add(backend.place(vectors), places);
  };

  const attendIn = (x: Tensor, layer: LayerWeights, sight: Sight): MultiHeadAttentionResult =>
    multiHeadAttention(layer.attention, normalize(x, layer.attentionNormalization), { heads, ...sight, backend });

  /** The first half of a layer. @param x `[1, tokens, width]` @returns `[1, tokens, 512]` */
  const lookAround = (x: Tensor, layer: LayerWeights, sight: Sight): Tensor => {
    const residual = layer.residual ? project(x, layer.residual) : x;
    return project(attendIn(x, layer, sight).output, layer.output, { residual });
  };

  /** @param x `[..., 512]` @returns `[..., 1536]` */
  const expand = (x: Tensor, layer: LayerWeights): Tensor =>
    project(normalize(x, layer.feedForwardNormalization), layer.expand, { activation: "relu" });

  const runLayer = (x: Tensor, layer: LayerWeights, sight: Sight): Tensor => {
    const between = lookAround(x, layer, sight);
    return project(expand(between, layer), layer.contract, { residual: between });
  };

  /** The last layer and the mean over each text's own tokens. What comes after its activation is linear, so the mean may be taken there and the layer's
   *  last product needs a row per text instead of one per token: a sixth of the encoder's work less. @returns `[texts, 512]` */
  const runLastLayer = (x: Tensor, layer: LayerWeights, sight: Sight, lengths: readonly number[]): Tensor => {
    const between = lookAround(x, layer, sight);
    const residual = operations.meanRows(between, lengths);
    return project(operations.meanRows(expand(between, layer), lengths), layer.contract, { residual });
  };

  return {
    encode: (texts) =>
      operations.scope(() => {
        const lengths = texts.map(({ length }) => length);
        const sight = sightOf(lengths);
        const before = layers.slice(0, -1).reduce((x, layer) => runLayer(x, layer, sight), embedTexts(texts));
        const pooled = runLastLayer(before, layers[layers.length - 1], sight, lengths);
        const vectors = project(pooled, head, { activation: "tanh" });
        return texts.map((_, index) => toUnitLength(readValues(slice(vectors, [index]))));
      }),
    attend: (text, layer, heads) =>
      operations.scope(() => {
        const sight = sightOf([text.length]);
        const before = layers.slice(0, layer).reduce((x, weights) => runLayer(x, weights, sight), embedTexts([text]));
        const { query, key } = attendIn(before, layers[layer], sight);
        const maps = heads.map((head) => attentionWeights(query, key, {}, { head }));
        return toNested(mean(stack(maps), 0)) as number[][];
      }),
  };
}

/** Numbers of all texts as one sequence, `[1, tokens]`. */
const packed = (numbers: readonly number[]): Tensor => tensor(Int32Array.from(numbers), { shape: [1, numbers.length] });

function toUnitLength(values: ArrayLike<number>): Float32Array {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i] ** 2;
  const length = Math.sqrt(squares);
  if (!(length > 0)) throw new UserError("The model gives no finite answer: its files are damaged. Install it again.");
  const unit = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) unit[i] = values[i] / length;
  return unit;
}
