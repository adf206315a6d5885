export { CacheError } from "./cache-error.ts";
export { crossAttentionCache, type CrossAttentionCacheOptions } from "./cross-attention-cache.ts";
export { fromHuggingFace } from "./from-hugging-face.ts";
export { fromKeras } from "./from-keras.ts";
export { fromPyTorch } from "./from-pytorch.ts";
export { KeyValueCache, type CacheOptions } from "./key-value-cache.ts";
export { multiHeadAttention, type MultiHeadAttentionResult } from "./multi-head-attention.ts";
export { MultiHeadAttentionError } from "./multi-head-attention-error.ts";
export { multiHeadAttentionGradients, type MultiHeadAttentionGradients } from "./multi-head-attention-gradients.ts";
export type { MultiHeadAttentionOptions, PositionTransform } from "./options.ts";
export { prepareWeights } from "./prepare-weights.ts";
export { randomWeights, type RandomWeightsOptions } from "./random-weights.ts";
export { tensorScatter, type TensorScatterOptions } from "./tensor-scatter.ts";
export type { Allocate } from "./token-rows.ts";
export { WeightError } from "./weight-error.ts";
export type { WeightSource } from "./weight-source.ts";
export type {
  HeadNormalization,
  MultiHeadAttentionWeights,
  NormalizationGradients,
  Projection,
  WeightGradients,
} from "./weights.ts";
