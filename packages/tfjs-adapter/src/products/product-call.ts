import type { TensorInfo } from "@tensorflow/tfjs-core";

/** A matrix product as TensorFlow.js asks for it: `activation(a · b + bias)`. */
export interface ProductCall {
  /** `[..., rows, inner]`, or `[..., inner, rows]` with transposeA */
  readonly a: TensorInfo;
  /** `[..., inner, columns]`, or `[..., columns, inner]` with transposeB */
  readonly b: TensorInfo;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** `[columns]` */
  readonly bias: TensorInfo | null;
  readonly activation: string;
  /** Slope of leakyrelu below 0. */
  readonly slope: number;
  /** Slopes of prelu below 0, of the result's shape or repeated to it. */
  readonly slopes: TensorInfo | null;
}

/** How large a product is. */
export interface ProductSizes {
  /** Matrices of the result. */
  readonly matrices: number;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** Whether TensorFlow.js's own kernel gets it wrong: it mixes matrices up where leading axes are repeated other than as a whole (`[2, 1]` beside
   *  `[2, 3]`), takes other numbers of the bias in batches and transposed products, slopes that stand for a row or a matrix (`[rows, 1]`) for a repeated
   *  list, and leaves sums of nothing as memory was. */
  readonly mistaken: boolean;
}

/** Sizes of a product; null for what is not float32 or does not fit together, which TensorFlow.js's own kernel refuses in its own words. */
export function sizesOf({ a, b, transposeA, transposeB, bias, slopes }: ProductCall): ProductSizes | null {
  if (a.dtype !== "float32" || b.dtype !== "float32" || a.shape.length < 2 || b.shape.length < 2) return null;
  const [rows, inner] = lastTwo(a.shape, transposeA);
  const [innerOfB, columns] = lastTwo(b.shape, transposeB);
  if (inner !== innerOfB) return null;
  if (bias && (bias.dtype !== "float32" || bias.shape.length !== 1 || bias.shape[0] !== columns)) return null;
  const left = a.shape.slice(0, -2);
  const right = b.shape.slice(0, -2);
  const shape = [rows, columns];
  let matrices = 1;
  for (let back = 1; back <= Math.max(left.length, right.length); back++) {
    const [ofLeft, ofRight] = [left.at(-back) ?? 1, right.at(-back) ?? 1];
    if (ofLeft !== ofRight && ofLeft !== 1 && ofRight !== 1) return null;
    shape.unshift(ofLeft === 1 ? ofRight : ofLeft);
    matrices *= shape[0];
  }
  const isMixedUp = !endsWith(left, right) && !endsWith(right, left);
  const hasLostBias = bias !== null && (matrices > 1 || transposeA || transposeB);
  const hasOtherSlopes = slopes !== null && !endsWith(shape, slopes.shape);
  return { matrices, rows, inner, columns, mistaken: inner === 0 || isMixedUp || hasLostBias || hasOtherSlopes };
}

function lastTwo(shape: readonly number[], swapped: boolean): readonly [number, number] {
  const [first, second] = shape.slice(-2) as [number, number];
  return swapped ? [second, first] : [first, second];
}

/** Whether a shape ends with another one, of which axes of 1 in front do not count. */
export function endsWith(shape: readonly number[], end: readonly number[]): boolean {
  const first = end.findIndex((length) => length !== 1);
  const rest = first < 0 ? [] : end.slice(first);
  return rest.length <= shape.length && rest.every((length, i) => shape[shape.length - rest.length + i] === length);
}
