import { roundToOddBits } from "./round-to-odd.ts";

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The bfloat16 bits of a number (the upper half of a float32), rounded to nearest, ties to even; subnormals are kept. */
export function toBfloat16Bits(value: number): number {
  const word = roundToOddBits(value);
  if ((word & 0x7fffffff) > 0x7f800000) return (word >>> 16) | 0x0040; // NaN: keep it one when its lower half is cut
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
}

/** The number that bfloat16 bits stand for. */
export function fromBfloat16Bits(half: number): number {
  bits[0] = half << 16;
  return float[0];
}
