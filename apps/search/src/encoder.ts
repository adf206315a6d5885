import { attentionWeights, referenceBackend } from "@fovea/dot-product-attention";
import type { Backend, LinearOptions, TableOverrides } from "@fovea/dot-product-attention";
import { embed, sinusoidalPositions } from "@fovea/embedding";
import { documentIds, documents, documentTable } from "@fovea/masking";
import { multiHeadAttention, prepareWeights } from "@fovea/multi-head-attention";
import type { MultiHeadAttentionResult, Projection } from "@fovea/multi-head-attention";
import { mean, readValues, reshape, slice, stack, tensor, toNested } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { readEncoderWeights } from "./encoder-weights.ts";
import type { LayerWeights, Normalization } from "./encoder-weights.ts";
import { SearchError } from "./search-error.ts";

export const layers = 2;
export const heads = 4;
/** Numbers in a sentence's vector. */
export const dimensions = 512;
/** Longest text that the encoder was trained on, in pieces of words. */
export const maxTokens = 128;

const epsilon = 1e-6;

/** Each text sees itself. One program for all calls: which token is whose is a table. */
const mask = documents([0]);
const tablesOf = (lengths: readonly number[]): TableOverrides => ({
  mask: { document: documentTable(documentIds(lengths)) },
});

export interface Encoder {
  /** The meaning of each text as a vector of length 1, float32 `[512]`.
   *  @param texts token ids of each text, 1 to 128 of them, of any lengths
   *  @throws {SearchError} when nothing finite comes out: the weights are damaged */
  encode(texts: readonly (readonly number[])[]): Float32Array[];
  /** Who attended to whom in one layer, the mean over some heads: `[tokens, tokens]`, each row adds up to one. */
  attend(text: readonly number[], layer: number, heads: readonly number[]): number[][];
}

/** The Universal Sentence Encoder, small form: token vectors and sine positions, two transformer layers that normalize first, the mean over tokens.
 *  Texts of any lengths lie one behind the other in a single sequence, and a mask keeps each to itself: nothing is padded. From embedding to vector
 *  everything stays where the backend computes.
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

  /** @returns `[1, tokens, 256]` */
  const embedTexts = (texts: readonly (readonly number[])[]): Tensor => {
    // the graph adds the vectors twice: once by themselves, once under the positions
    const vectors = operations.place(embed(tokens, packed(texts.flat()), { scale: 2 }));
    return operations.add(vectors, embed(positions, packed(texts.flatMap((text) => [...text.keys()]))));
  };

  const attendIn = (x: Tensor, layer: LayerWeights, tables: TableOverrides): MultiHeadAttentionResult =>
    multiHeadAttention(layer.attention, normalize(x, layer.attentionNormalization), { heads, mask, tables, backend });

  /** @param x `[1, tokens, width]`
   *  @returns `[1, tokens, 512]` */
  const runLayer = (x: Tensor, layer: LayerWeights, tables: TableOverrides): Tensor => {
    const attended = attendIn(x, layer, tables).output;
    const between = layer.residual ? project(x, layer.residual, { residual: attended }) : operations.add(attended, x);
    const expanded = project(normalize(between, layer.feedForwardNormalization), layer.expand, { activation: "relu" });
    return project(expanded, layer.contract, { residual: between });
  };

  /** The mean over each text's own tokens, as a product with 1 / length. @returns `[texts, 512]` */
  const means = (x: Tensor, lengths: readonly number[]): Tensor => {
    const total = x.shape[1];
    const shares = new Float32Array(lengths.length * total);
    let start = 0;
    for (const [text, length] of lengths.entries()) {
      shares.fill(1 / length, text * total + start, text * total + start + length);
      start += length;
    }
    const weights = operations.place(tensor(shares, { shape: [1, lengths.length, total] }));
    return reshape(operations.matmul(weights, x), [lengths.length, dimensions]);
  };

  return {
    encode: (texts) =>
      operations.scope(() => {
        const lengths = texts.map(({ length }) => length);
        const tables = tablesOf(lengths);
        const output = layers.reduce((x, layer) => runLayer(x, layer, tables), embedTexts(texts));
        const vectors = project(means(output, lengths), head, { activation: "tanh" });
        return texts.map((_, index) => toUnitLength(readValues(slice(vectors, [index]))));
      }),
    attend: (text, layer, heads) =>
      operations.scope(() => {
        const tables = tablesOf([text.length]);
        const before = layers.slice(0, layer).reduce((x, weights) => runLayer(x, weights, tables), embedTexts([text]));
        const { query, key } = attendIn(before, layers[layer], tables);
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
  if (!(length > 0))
    throw new SearchError("The model gives no finite answer: its files are damaged. Install it again.");
  const unit = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) unit[i] = values[i] / length;
  return unit;
}
