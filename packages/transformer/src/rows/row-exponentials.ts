import {
  add,
  addFloats,
  advance,
  end,
  float,
  get,
  int,
  isBelow,
  loop,
  repeatIf,
  set,
  tee,
  toBytes,
  vector,
} from "./instructions.ts";

/** Replaces each of `count` numbers x from index `at` by `exp(x - most)`, and returns their sum. x is at most `most`; below 2^-126 it is 0.
 *  @param count a multiple of 4, at least 4 */
export type RowExponentials = (at: number, count: number, most: number) => number;

/** The same in plain loops, where WebAssembly may not be compiled. */
export function plainRowExponentials(numbers: () => Float32Array): RowExponentials {
  return (at, count, most) => {
    const f = numbers();
    let sum = 0;
    for (let i = at; i < at + count; i++) sum += f[i] = Math.exp(f[i] - most);
    return sum;
  };
}

// parameters, then an int and five vectors
const [at, count, most, last, sum, top, power, rest, result] = Array.from({ length: 9 }, (_, local) => local);

const splat = (value: number): number[] => [...float(value), ...vector.splat];

/** Taylor's coefficients of 2^x, the highest first: at most 6e-9 off for |x| of at most 1/2. */
const degree = 7;
const coefficients = Array.from({ length: degree + 1 }, (_, k) => {
  let coefficient = 1;
  for (let factor = 1; factor <= k; factor++) coefficient *= Math.LN2 / factor;
  return coefficient;
}).toReversed();

/** `result = 2^rest` */
const polynomial = [
  ...splat(coefficients[0]),
  ...coefficients.slice(1).flatMap((next) => [get(rest), vector.multiply, splat(next), vector.add].flat()),
  ...set(result),
];

/** `RowExponentials` in WebAssembly: exp(x) is 2^(x / ln 2), its whole part added to the exponent's bits. */
export const rowExponentialsBody: readonly number[] = [
  [toBytes(at), tee(at), toBytes(count), add, set(last), get(most), vector.splat, set(top), vector.zeros, set(sum)],
  loop,
  [get(at), vector.load(0), get(top), vector.subtract, splat(Math.LOG2E), vector.multiply, tee(power)],
  [get(power), vector.nearest, vector.subtract, set(rest)],
  polynomial,
  [get(result), get(power), vector.nearest, vector.toInts, int(23), vector.shiftInts, vector.addInts],
  [get(power), splat(-126), vector.isAbove, vector.and, set(result)],
  [get(at), get(result), vector.store(0), get(sum), get(result), vector.add, set(sum)],
  [advance(at, 16), tee(at), get(last), isBelow, repeatIf, end],
  [get(sum), vector.lane(0), get(sum), vector.lane(1), addFloats],
  [get(sum), vector.lane(2), get(sum), vector.lane(3), addFloats, addFloats],
]
  .flat()
  .flat();
