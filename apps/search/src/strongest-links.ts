export interface Link {
  readonly from: string;
  readonly to: string;
  readonly weight: number;
}

/** The pairs of different words with the largest weights, largest first.
 *  @param weights `[words, words]` */
export function strongestLinks(
  words: readonly string[],
  weights: readonly (readonly number[])[],
  count: number,
): Link[] {
  return words
    .flatMap((from, row) => words.map((to, column) => ({ from, to, weight: weights[row][column] })))
    .filter(({ from, to }) => from !== to)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, count);
}
