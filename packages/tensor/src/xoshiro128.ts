/** xoshiro128**: 32 random bits a call, period 2^128 - 1. The state is four 32-bit words, not all zero.
 *  @see Blackman and Vigna 2021, "Scrambled linear pseudorandom number generators", https://prng.di.unimi.it/xoshiro128starstar.c */
export function xoshiro128(state: readonly [number, number, number, number]): () => number {
  let [a, b, c, d] = state;
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
