/** The likeliest class of each node.
 *  @param logits `[nodes, classes]` */
export function likeliest(logits: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: logits.length / classes }, (_, node) => {
    const row = logits.subarray(node * classes, (node + 1) * classes);
    return row.indexOf(Math.max(...row));
  });
}

/** Share of some nodes that were sorted rightly. */
export function accuracy(predicted: Int32Array, classes: Int32Array, nodes: Int32Array): number {
  return nodes.filter((node) => predicted[node] === classes[node]).length / nodes.length;
}
