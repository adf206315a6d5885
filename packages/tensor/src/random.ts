import { checkOptions } from "./check-options.ts";
import { checkDimensions } from "./dimensions.ts";
import type { DType } from "./dtype.ts";
import { makeTensor } from "./make-tensor.ts";
import { allocate, checkDType, isFloat, storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";
import { xoshiro128 } from "./xoshiro128.ts";

/** The range of `uniform`. */
export interface UniformOptions {
  /** Default 0. */
  readonly low?: number;
  /** Never reached; default 1, for int dtypes 2. */
  readonly high?: number;
  /** Default float32; int32 and uint8 give whole numbers from low to high - 1. */
  readonly dtype?: DType;
}

/** The bell of `normal`. */
export interface NormalOptions {
  /** Default 0. */
  readonly mean?: number;
  /** Default 1. */
  readonly standardDeviation?: number;
  /** A float dtype; default float32. */
  readonly dtype?: DType;
}

/** Random numbers that a seed repeats. Each call goes on where the last one ended. */
export interface RandomGenerator {
  /** One float64 in [0, 1), with 53 random bits. */
  readonly next: () => number;
  readonly uniform: (shape: readonly number[], options?: UniformOptions) => Tensor;
  readonly normal: (shape: readonly number[], options?: NormalOptions) => Tensor;
}

/** A seeded generator (xoshiro128**). Uniform numbers are the same on every JavaScript engine; normal ones may differ in the last bit,
 *  since engines round `Math.log` and `Math.cos` differently.
 *  @param seed any whole number of at most 53 bits
 *  @throws {RangeError} for another seed, an empty range or a negative deviation */
export function randomGenerator(seed: number): RandomGenerator {
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`randomGenerator: the seed must be a whole number of at most 53 bits, got ${seed}.`);
  }
  const bits = xoshiro128(seedState(seed));
  const next = (): number => ((bits() >>> 5) * 2 ** 26 + (bits() >>> 6)) * 2 ** -53;

  const uniform = (shape: readonly number[], options: UniformOptions = {}): Tensor => {
    checkOptions("uniform", options, { low: true, high: true, dtype: true });
    const { dtype = "float32" } = options;
    checkDType("uniform", dtype);
    const { low = 0, high = isFloat(dtype) ? 1 : 2 } = options;
    if (!(low < high) || !Number.isFinite(high - low)) {
      throw new RangeError(`uniform: low must be less than high and both finite, got ${low} and ${high}.`);
    }
    const between = (): number => low + next() * (high - low);
    return fill(
      "uniform",
      shape,
      dtype,
      isFloat(dtype) ? inside(dtype, low, high, between) : whole(dtype, low, high, between),
    );
  };

  const normal = (shape: readonly number[], options: NormalOptions = {}): Tensor => {
    checkOptions("normal", options, { mean: true, standardDeviation: true, dtype: true });
    const { mean = 0, standardDeviation = 1, dtype = "float32" } = options;
    if (!(standardDeviation >= 0) || !Number.isFinite(mean + standardDeviation)) {
      throw new RangeError(
        `normal: expected a finite mean and deviation of 0 or more, got ${mean} and ${standardDeviation}.`,
      );
    }
    return fill("normal", shape, dtype, () => mean + standardDeviation * bell(next));
  };
  return Object.freeze({ next, uniform, normal });
}

function fill(who: string, shape: readonly number[], dtype: DType, draw: () => number): Tensor {
  checkDType(who, dtype);
  const data = allocate(who, dtype, checkDimensions(who, shape));
  const { encode } = storage[dtype];
  for (let i = 0; i < data.length; i++) data[i] = encode(draw());
  return makeTensor(dtype, shape, data);
}

/** A standard normal number. @see Box and Muller 1958; 1 - u keeps the logarithm away from 0 */
function bell(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** Draws again while rounding to the dtype leaves `[low, high)`: a short dtype often rounds up to `high`. */
function inside(dtype: DType, low: number, high: number, draw: () => number): () => number {
  const { array, encode, decode } = storage[dtype];
  const cell = new array(1);
  return () => {
    for (let attempt = 0; attempt < 100; attempt++) {
      cell[0] = encode(draw());
      const value = decode(cell[0]);
      if (value >= low && value < high) return value;
    }
    throw new RangeError(`uniform: ${dtype} has no number from ${low} to below ${high}. Widen the range.`);
  };
}

function whole(dtype: DType, low: number, high: number, draw: () => number): () => number {
  const { encode } = storage[dtype];
  if (encode(low) !== low || encode(high - 1) !== high - 1) {
    throw new RangeError(`uniform: ${dtype} does not hold every whole number from ${low} to below ${high}.`);
  }
  return () => Math.floor(draw());
}

/** Four well-mixed words from the 53 bits of a seed. @see Steele et al. 2014 (a counter by the golden ratio), Ellis 2018 (lowbias32) */
function seedState(seed: number): [number, number, number, number] {
  const low = seed | 0;
  const high = Math.floor(seed / 2 ** 32) | 0;
  const word = (step: number): number => mix(mix(low + Math.imul(step, 0x9e3779b9)) ^ high);
  return [word(1), word(2), word(3), word(4)];
}

function mix(word: number): number {
  let x = word | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}
