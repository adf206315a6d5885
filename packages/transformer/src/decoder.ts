import type { QuantizedWeight } from "@fovea/block-operations";
import { referenceBackend, type Backend } from "@fovea/dot-product-attention";
import type { CacheOptions, Projection } from "@fovea/multi-head-attention";
import { transpose, type Tensor } from "@fovea/tensor";
import { checkOptions, type OptionNames } from "./check-options.ts";
import { checkOrder, type Order } from "./check-order.ts";
import { DecoderSession } from "./decoder-session.ts";
import type { LayerResult } from "./layer.ts";
import type { AttentionSettings } from "./layer-options.ts";
import type { DecoderLayerWeights } from "./layer-weights.ts";
import type { Normalization } from "./normalization.ts";
import { placeSettings, settingsOfLayers } from "./settings.ts";
import type { TokenEmbedding } from "./token-embedding.ts";
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

export interface DecoderSettings {
  /** For all layers, or for each. The mask is causal unless one is given. */
  readonly attention: AttentionSettings | readonly AttentionSettings[];
  /** Default heads as in `attention`, and nothing else. */
  readonly crossAttention?: AttentionSettings | readonly AttentionSettings[];
  /** Default `"pre"`. */
  readonly order?: Order;
  /** Default `referenceBackend`. */
  readonly backend?: Backend;
}

const settingNames: OptionNames<DecoderSettings> = {
  attention: true,
  crossAttention: true,
  order: true,
  backend: true,
};

export interface SessionOptions {
  /** What an encoder gave, `[batch, keys, dim]`: needed where layers have cross-attention. */
  readonly memory?: Tensor;
  /** Vectors of each sequence in `memory`, `[batch]`; default all. */
  readonly memoryLengths?: ArrayLike<number>;
  /** How each layer keeps its keys and values: capacity, window with sinks, storage; default growing. The encoder's are stored the same way. */
  readonly cache?: CacheOptions;
  /** Called after each layer, while what it computed is alive. */
  readonly observe?: (layer: number, result: LayerResult) => void;
}

export interface Decoder {
  /** Starts sequences of their own, with empty caches; whoever opens it disposes of it. */
  open(options?: SessionOptions): DecoderSession;
  /** Lets go of what it keeps in the backend's memory. */
  dispose(): void;
}

/** A decoder made ready: what all its sessions share. */
export interface PreparedDecoder extends DecoderWeights {
  readonly head: Projection | QuantizedHead;
  readonly attention: readonly AttentionSettings[];
  readonly crossAttention: readonly AttentionSettings[];
  readonly order: Order;
  readonly backend: Backend;
}

/** A stack of decoder layers over tokens, with a head that says which token may come next. With an encoder's vectors it is the second half of an encoder-decoder.
 *  Between embedding and logits everything stays where the backend computes.
 *  @throws {TransformerError} for a setting that there is not, or that does not fit the layers
 *  @throws {ShapeError | DTypeError} for a weight no kernel can be made for */
export function createDecoder(weights: DecoderWeights, settings: DecoderSettings): Decoder {
  checkOptions("createDecoder", settings, settingNames);
  const { backend = referenceBackend } = settings;
  const order = checkOrder("createDecoder", settings.order);
  const count = weights.layers.length;
  const attention = settingsOfLayers("createDecoder", "attention", settings.attention, count);
  const crossAttention = settingsOfLayers(
    "createDecoder",
    "crossAttention",
    settings.crossAttention ?? attention.map(({ heads }) => ({ heads })),
    count,
  );
  const store = new WeightStore(backend);
  const { embedding, normalization } = weights;
  const prepared: PreparedDecoder = {
    embedding: {
      ...embedding,
      ...(embedding.normalization && { normalization: store.normalization(embedding.normalization) }),
    },
    layers: weights.layers.map((layer) => store.layer(layer)),
    ...(normalization && { normalization: store.normalization(normalization) }),
    head: store.project(weights.head ?? { weight: transpose(embedding.tokens) }),
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
