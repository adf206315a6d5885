/** Mean over some nodes of -log(probability of the node's class).
 *  @param logits `[nodes, classes]` */
export function crossEntropy(logits: Float32Array, classes: Int32Array, nodes: Int32Array): number {
  const width = logits.length / classes.length;
  let sum = 0;
  for (const node of nodes) sum += Math.log(probabilities(logits, width, node)[classes[node]]);
  return -sum / nodes.length;
}

/** @returns `[nodes, classes]`, zero for the nodes that are not meant */
export function crossEntropyGradient(logits: Float32Array, classes: Int32Array, nodes: Int32Array): Float32Array {
  const width = logits.length / classes.length;
  const gradient = new Float32Array(logits.length);
  for (const node of nodes) {
    probabilities(logits, width, node).forEach((probability, i) => {
      gradient[node * width + i] = (probability - (i === classes[node] ? 1 : 0)) / nodes.length;
    });
  }
  return gradient;
}

/** Softmax of one node's logits. */
export function probabilities(logits: Float32Array, classes: number, node: number): Float64Array {
  const row = Float64Array.from(logits.subarray(node * classes, (node + 1) * classes));
  const most = Math.max(...row);
  const exponentials = row.map((logit) => Math.exp(logit - most));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}
