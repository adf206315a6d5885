/** What the file calls the weights that stand outside the layers. */
export const names = {
  blocks: "speech_features/data_frame/frame/concat_1",
  frames: "speech_features/data_frame/frame/add_1",
  window: "speech_features/windowing/mul/y",
  cosine: "speech_features/magnitude_rdf_tmel/MatMul",
  sine: "speech_features/magnitude_rdf_tmel/MatMul_1",
  mel: "speech_features/magnitude_rdf_tmel/MatMul_2",
  floor: "speech_features/lambda_5/Maximum/y",
  dct: "speech_features/dct/MatMul",
  center: "speech_features/normalizer/sub/y",
  factor: "speech_features/normalizer/truediv;speech_features/normalizer/truediv/y",
  patch: "kws_transformer/dense",
  classToken: "class_emb",
  positions: "pos_emb",
  // numbers that all layers have in common are kept once, under the name that they had in one of them
  epsilon: "kws_transformer/transformer_block_9/layer_normalization_19/batchnorm/add/y",
  attentionScale:
    "kws_transformer/transformer_block_9/multi_head_self_attention_9/truediv;kws_transformer/transformer_block_9/multi_head_self_attention_9/Sqrt",
  head: "sequential_12/dense_73",
} as const;

/** What it calls those of a layer. Keras numbers everything of a kind through the whole model, six linear layers and two normalizations for each
 *  layer, and leaves a number 0 out. */
export function namesOfLayer(layer: number) {
  const block = `kws_transformer/${numbered("transformer_block", layer)}`;
  const attention = `${block}/${numbered("multi_head_self_attention", layer)}`;
  const hidden = `${block}/${numbered("sequential", layer)}`;
  const dense = (folder: string, place: number): string => `${folder}/dense_${6 * layer + place}`;
  return {
    query: dense(attention, 1),
    key: dense(attention, 2),
    value: dense(attention, 3),
    output: dense(attention, 4),
    attentionNormalization: `${block}/${numbered("layer_normalization", 2 * layer)}`,
    expand: dense(hidden, 5),
    contract: dense(hidden, 6),
    feedForwardNormalization: `${block}/${numbered("layer_normalization", 2 * layer + 1)}`,
  };
}

function numbered(name: string, number: number): string {
  return number === 0 ? name : `${name}_${number}`;
}
