import type { Operand, QuantizedWeight } from "@fovea/block-operations";
import { backendOf, type Backend } from "@fovea/dot-product-attention";
import type { Projection } from "@fovea/multi-head-attention";
import { transpose, type Tensor } from "@fovea/tensor";
import { checkOptions, type OptionNames } from "./check-options.ts";
import { checkOrder, type Order } from "./check-order.ts";
import { DecoderSession } from "./decoder-session.ts";
import { checkCrossAttention } from "./layer.ts";
import type { AttentionSettings } from "./layer-options.ts";
import type { DecoderLayerWeights } from "./layer-weights.ts";
import type { Normalization } from "./normalization.ts";
import { placeSettings, settingsOfLayers } from "./settings.ts";
import type { PreparedDecoder } from "./prepared-decoder.ts";
import type { SessionOptions } from "./session-options.ts";
import { placeEmbedding, type TokenEmbedding } from "./token-embedding.ts";
import { WeightStore } from "./weight-store.ts";

export interface DecoderWeights {
  readonly embedding: TokenEmbedding;
  readonly layers: readonly DecoderLayerWeights[];
  /** After the last layer; default none. */
  readonly normalization?: Normalization;
  /** Vectors to logits, weight `[dim, vocabulary]`; default tied: the token vectors of the embedding (Press & Wolf 2017). */
  readonly head?: Projection | QuantizedHead;
}

/** A head in a quarter of the memory, which is what a decode step of a small model with many tokens waits for. */
export interface QuantizedHead {
  /** `[dim, vocabulary]`, see `quantizeWeight` */
  readonly weight: QuantizedWeight;
  /** `[vocabulary]` */
  readonly bias?: Tensor;
}

export interface DecoderSettings<T extends Operand = Tensor> {
  /** For all layers, or for each. The mask is causal unless one is given. */
  readonly attention: AttentionSettings | readonly AttentionSettings[];
  /** Default heads as in `attention`, and nothing else. */
  readonly crossAttention?: AttentionSettings | readonly AttentionSettings[];
  /** Default `"pre"`. */
  readonly order?: Order;
  /** Default `referenceBackend`. */
  readonly backend?: Backend<T>;
}

const settingNames: OptionNames<DecoderSettings> = {
  attention: true,
  crossAttention: true,
  order: true,
  backend: true,
};

export interface Decoder<T extends Operand = Tensor> {
  /** Starts sequences of their own, with empty caches; whoever opens it disposes of it. */
  open(options?: SessionOptions<T>): DecoderSession<T>;
  /** Releases what it keeps in the backend's memory. */
  dispose(): void;
}

/** A stack of decoder layers over tokens, with a head that says which token may come next. With an encoder's vectors it is the second half of an encoder-decoder.
 *  Between embedding and logits everything stays where the backend computes.
 *  @throws {TransformerError} for a setting that there is not, or that does not fit the layers
 *  @throws {ShapeError | DTypeError} for a weight no kernel can be made for */
export function createDecoder<T extends Operand = Tensor>(
  weights: DecoderWeights,
  settings: DecoderSettings<T>,
): Decoder<T> {
  checkOptions("createDecoder", settings, settingNames);
  const backend = backendOf(settings.backend);
  const order = checkOrder("createDecoder", settings.order);
  const count = weights.layers.length;
  const attention = settingsOfLayers("createDecoder", "attention", settings.attention, count);
  const crossAttention = settingsOfLayers(
    "createDecoder",
    "crossAttention",
    settings.crossAttention ?? attention.map(({ heads }) => ({ heads })),
    count,
  );
  for (const layer of weights.layers) checkCrossAttention("createDecoder", layer);
  const store = new WeightStore(backend);
  const { embedding, normalization } = weights;
  const prepared: PreparedDecoder<T> = {
    embedding: placeEmbedding(embedding, store),
    layers: weights.layers.map((layer) => store.layer(layer)),
    normalization: normalization ? store.normalization(normalization) : null,
    head: store.projectAny(weights.head ?? { weight: transpose(embedding.tokens) }),
    attention: placeSettings(attention, store),
    crossAttention: placeSettings(crossAttention, store),
    order,
    backend,
  };
  return {
    open: (options) => new DecoderSession(prepared, options),
    dispose: () => store.dispose(),
  };
}
