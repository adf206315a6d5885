const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The float32 bits of a number, rounded to odd: cut toward zero, the last bit set when anything was lost.
 *  Rounding that once more to a shorter format gives what one direct rounding would, where float32's own rounding could fall on a tie.
 *  @see Boldo and Melquiond 2008, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd" */
export function roundToOddBits(value: number): number {
  float[0] = value;
  const rounded = float[0];
  if (rounded === value || value !== value) return bits[0];
  const cut = Math.abs(rounded) > Math.abs(value) ? bits[0] - 1 : bits[0];
  return (cut | 1) >>> 0;
}
