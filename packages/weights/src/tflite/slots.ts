/** The fields of a TensorFlow Lite model that are read, by their place in their table. Fields are only ever added at the end, so places stay.
 *  @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs */
export const slots = {
  model: { subgraphs: 2, description: 3, buffers: 4 },
  subgraph: { tensors: 0 },
  tensor: { shape: 0, type: 1, buffer: 2, name: 3, quantization: 4, sparsity: 6 },
  quantization: { scale: 2, zeroPoint: 3, details: 5, axis: 6 },
  buffer: { data: 0, offset: 1, size: 2 },
} as const;
