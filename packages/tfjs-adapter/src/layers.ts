import { serialization } from "@tensorflow/tfjs-core";
import { GroupedQueryAttention } from "./layers/grouped-query-attention.ts";
import { MaskedGlobalAveragePooling1D } from "./layers/masked-global-average-pooling-1d.ts";
import { MultiHeadAttention } from "./layers/multi-head-attention.ts";
import { PatchEmbedding } from "./layers/patch-embedding.ts";
import { RMSNormalization } from "./layers/rms-normalization.ts";
import { SelfAttention } from "./layers/self-attention.ts";
import { TokenAndPositionEmbedding } from "./layers/token-and-position-embedding.ts";
import { TransformerDecoderLayer } from "./layers/transformer-decoder-layer.ts";
import { TransformerEncoderLayer } from "./layers/transformer-encoder-layer.ts";

export type { ActivationName } from "./layers/feed-forward.ts";
export type { GroupedQueryAttentionArguments } from "./layers/grouped-query-attention.ts";
export type { CallArguments } from "./layers/call-arguments.ts";
export type { LayerArguments } from "./layers/layer-arguments.ts";
export type { LookOptions, RotaryArguments } from "./layers/look.ts";
export type { MultiHeadAttentionArguments } from "./layers/multi-head-attention.ts";
export type { Normalization } from "./layers/norm-block.ts";
export type { PatchEmbeddingArguments } from "./layers/patch-embedding.ts";
export { kerasModel } from "./layers/keras-model.ts";
export type { LayerProgram } from "./layers/program-text.ts";
export type { RMSNormalizationArguments } from "./layers/rms-normalization.ts";
export type { SelfAttentionArguments } from "./layers/self-attention.ts";
export type { TokenAndPositionEmbeddingArguments } from "./layers/token-and-position-embedding.ts";
export type { TransformerArguments } from "./layers/transformer-arguments.ts";
export type { TransformerDecoderLayerArguments } from "./layers/transformer-decoder-layer.ts";
export type { TransformerEncoderLayerArguments } from "./layers/transformer-encoder-layer.ts";
export type { WeightRuleArguments } from "./layers/weight-rules.ts";

// Importing this file is what lets tf.loadLayersModel find the layers by name.
for (const layer of [
  GroupedQueryAttention,
  MaskedGlobalAveragePooling1D,
  MultiHeadAttention,
  PatchEmbedding,
  RMSNormalization,
  SelfAttention,
  TokenAndPositionEmbedding,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
]) {
  // TensorFlow.js declares constructors of a config alone; what each layer needs of it, it checks itself
  serialization.registerClass(layer as unknown as serialization.SerializableConstructor<serialization.Serializable>);
}

export {
  GroupedQueryAttention,
  MaskedGlobalAveragePooling1D,
  MultiHeadAttention,
  PatchEmbedding,
  RMSNormalization,
  SelfAttention,
  TokenAndPositionEmbedding,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
};
