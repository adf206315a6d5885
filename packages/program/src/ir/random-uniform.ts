/** Uniform in [0, 1) with 24 bits, a pure function of five ints: the same number on every backend, in any order of asking.
 *  Each int enters a 32-bit state that is then mixed by the hash "lowbias32" of C. Wellons and T. Ellis
 *  (https://nullprogram.com/blog/2018/07/31/); the golden-ratio step keeps the state 0 from being a fixed point. */
export function randomUniform(seed: number, batch: number, head: number, query: number, key: number): number {
  let state = mix(seed);
  state = mix(state ^ batch);
  state = mix(state ^ head);
  state = mix(state ^ query);
  state = mix(state ^ key);
  return (state >>> 8) * 2 ** -24;
}

function mix(state: number): number {
  let x = (state + 0x9e3779b9) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}
