import type { LinearWeight, Operand } from "@fovea/block-operations";
import type { Backend } from "@fovea/dot-product-attention";
import type { Order } from "./check-order.ts";
import type { AttentionSettings } from "./layer-options.ts";
import type { DecoderLayerWeights } from "./layer-weights.ts";
import type { Normalization } from "./normalization.ts";
import type { PlacedEmbedding } from "./token-embedding.ts";

/** A decoder where a backend computes: what all its sessions share. */
export interface PreparedDecoder<T extends Operand> {
  readonly embedding: PlacedEmbedding<T>;
  readonly layers: readonly DecoderLayerWeights<T>[];
  readonly normalization: Normalization<T> | null;
  readonly head: { readonly weight: LinearWeight<T>; readonly bias?: T };
  readonly attention: readonly AttentionSettings<T>[];
  readonly crossAttention: readonly AttentionSettings<T>[];
  readonly order: Order;
  readonly backend: Backend<T>;
}
