import type { Operand } from "@fovea/block-operations";
import { backendOf, operationsOf, type Backend, type Reading } from "@fovea/dot-product-attention";
import type { Tensor } from "@fovea/tensor";
import { checkOptions, type OptionNames } from "./check-options.ts";
import { checkOrder, type Order } from "./check-order.ts";
import { runEncoderLayer, type LayerResult } from "./layer.ts";
import type { AttentionSettings } from "./layer-options.ts";
import type { EncoderLayerWeights } from "./layer-weights.ts";
import { normalize, type Normalization } from "./normalization.ts";
import { placeSettings, settingsOfLayers } from "./settings.ts";
import { embedTokens, placeEmbedding, tokenIds, type TokenEmbedding } from "./token-embedding.ts";
import { TransformerError } from "./transformer-error.ts";
import { WeightStore } from "./weight-store.ts";

export interface EncoderWeights {
  /** Left out where vectors come from elsewhere: pictures, sound. */
  readonly embedding?: TokenEmbedding;
  readonly layers: readonly EncoderLayerWeights[];
  /** After the last layer; default none. */
  readonly normalization?: Normalization;
}

export interface EncoderSettings<T extends Operand = Tensor> {
  /** For all layers, or for each. */
  readonly attention: AttentionSettings | readonly AttentionSettings[];
  /** Default `"pre"`. */
  readonly order?: Order;
  /** Default `referenceBackend`. */
  readonly backend?: Backend<T>;
}

export interface EncodeOptions<T extends Operand = Tensor> {
  /** What each sequence holds, `[batch]`; default all. The rest is padding: never attended, and what comes out there means nothing. */
  readonly lengths?: ArrayLike<number>;
  /** Called after each layer, while what it computed is alive. */
  readonly observe?: (layer: number, result: LayerResult<T>) => void;
}

const settingNames: OptionNames<EncoderSettings> = { attention: true, order: true, backend: true };
const optionNames: OptionNames<EncodeOptions> = { lengths: true, observe: true };

export interface Encoder<T extends Operand = Tensor> {
  /** @param ids of each sequence, all of one length
   *  @returns `[batch, tokens, dim]`, plain: a promise where the backend can only answer later */
  encode(ids: readonly (readonly number[])[], options?: EncodeOptions<T>): Reading<T>;
  /** @param vectors `[batch, tokens, dim]`
   *  @returns the same shape, plain, as `encode` */
  encodeVectors(vectors: Tensor, options?: EncodeOptions<T>): Reading<T>;
  /** Releases what it keeps in the backend's memory. */
  dispose(): void;
}

/** A stack of encoder layers. Between the first layer and the last everything stays where the backend computes.
 *  @throws {TransformerError} for a setting that there is not, or that does not fit the layers */
export function createEncoder<T extends Operand = Tensor>(
  weights: EncoderWeights,
  settings: EncoderSettings<T>,
): Encoder<T> {
  checkOptions("createEncoder", settings, settingNames);
  const backend = backendOf(settings.backend);
  const order = checkOrder("createEncoder", settings.order);
  const operations = operationsOf(backend);
  const perLayer = settingsOfLayers("createEncoder", "attention", settings.attention, weights.layers.length);
  const store = new WeightStore(backend);
  const layers = weights.layers.map((layer) => store.layer(layer));
  const attention = placeSettings(perLayer, store);
  const normalization = weights.normalization && store.normalization(weights.normalization);
  const embedding = weights.embedding && placeEmbedding(weights.embedding, store);

  const run = (start: () => T, options: EncodeOptions<T> = {}): Reading<T> => {
    checkOptions("encode", options, optionNames);
    const { lengths, observe } = options;
    // in a list: a scope takes a promise for work that goes on
    const [vectors] = operations.scope(() => {
      let x = start();
      for (const [index, layer] of layers.entries()) {
        const result = runEncoderLayer(layer, x, { attention: attention[index], order, lengths, backend });
        observe?.(index, result);
        x = result.output;
      }
      return [backend.read(normalization ? normalize(x, normalization, operations) : x)] as const;
    });
    return vectors;
  };
  return {
    encode(ids, options) {
      if (!embedding) {
        throw new TransformerError("encode: this encoder has no embedding. Use encodeVectors, or give it one.");
      }
      return run(() => embedTokens(embedding, tokenIds(ids, 0), operations), options);
    },
    encodeVectors: (vectors, options) => run(() => backend.place(vectors), options),
    dispose: () => store.dispose(),
  };
}
