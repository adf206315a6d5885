export { CacheError } from "./cache/cache-error.ts";
export { crossAttentionCache, type CrossAttentionCacheOptions } from "./cross-attention-cache.ts";
export { fromHuggingFace } from "./weights/from-hugging-face.ts";
export { fromKeras } from "./weights/from-keras.ts";
export { fromPyTorch } from "./weights/from-pytorch.ts";
export { KeyValueCache, type CacheOptions } from "./cache/key-value-cache.ts";
export { multiHeadAttention, type MultiHeadAttentionResult } from "./multi-head-attention.ts";
export { MultiHeadAttentionError } from "./multi-head-attention-error.ts";
export { multiHeadAttentionGradients, type MultiHeadAttentionGradients } from "./multi-head-attention-gradients.ts";
export type { MultiHeadAttentionOptions, PositionTransform } from "./options.ts";
export { prepareWeights } from "./weights/prepare-weights.ts";
export { randomWeights, type RandomWeightsOptions } from "./weights/random-weights.ts";
export { tensorScatter, type TensorScatterOptions } from "./cache/tensor-scatter.ts";
export { WeightError } from "./weights/weight-error.ts";
export type { WeightSource } from "./weights/weight-source.ts";
export type {
  HeadNormalization,
  MultiHeadAttentionWeights,
  NormalizationGradients,
  Projection,
  WeightGradients,
} from "./weights/weights.ts";
