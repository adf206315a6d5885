export interface Ranked<T> {
  readonly item: T;
  /** Cosine of the angle between the vectors: 1 for the same direction. */
  readonly score: number;
}

/** The items whose vectors are closest to the question's, best first.
 *  @param question vector of length 1, as are all the others */
export function rank<T>(
  question: Float32Array,
  items: readonly T[],
  vectorOf: (item: T) => Float32Array,
  count: number,
): Ranked<T>[] {
  return items
    .map((item) => ({ item, score: dot(question, vectorOf(item)) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, count);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += a[index] * b[index];
  return sum;
}
