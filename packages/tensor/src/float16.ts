import { roundToOddBits } from "./round-to-odd.ts";

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The IEEE 754 binary16 bits of a number: rounded to nearest, ties to even; subnormals are kept; 65520 and above become Infinity. */
export function toFloat16Bits(value: number): number {
  const word = roundToOddBits(value);
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520: half-way between the largest float16 and the next power of two
  if (magnitude >= 0x38800000) {
    // At least 2^-14, so normal: move the exponent's bias from 127 to 15 and drop 13 bits of fraction.
    const half = magnitude - 0x38000000;
    return sign | ((half + 0xfff + ((half >>> 13) & 1)) >>> 13);
  }
  // Subnormal, a multiple of 2^-24. That is the last bit of a float32 in [0.5, 1), so adding 0.5 rounds there, half to even.
  bits[0] = magnitude;
  float[0] += 0.5;
  return sign | (bits[0] - 0x3f000000);
}

/** The number that IEEE 754 binary16 bits stand for. */
export function fromFloat16Bits(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  bits[0] = ((half & 0x8000) << 16) | ((exponent + 112) << 23) | (fraction << 13);
  return float[0];
}
