/** Fills numbers from -1 to 1, the same for the same seed in every process: contenders get equal inputs.
 *  @see Marsaglia 2003, "Xorshift RNGs" */
export function fillRandom(target: Float32Array, seed: number): Float32Array {
  let state = Math.imul(seed, 0x9e3779b9) | 1;
  for (let index = 0; index < target.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    target[index] = state / 2 ** 31;
  }
  return target;
}

/** Query, key, value and output gradient have a seed each. */
export const seeds = { query: 1, key: 2, value: 3, outputGradient: 4 } as const;
