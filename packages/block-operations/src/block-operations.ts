import type { Program } from "@fovea/program";
import type { Tensor } from "@fovea/tensor";
import type { Operand } from "./operand.ts";

/** Functions of one number that `linear` and `map` know by name: `gelu` by the error function, `geluTanh` its approximation. */
export const activations = ["relu", "gelu", "geluTanh", "silu", "tanh", "sigmoid"] as const;
export type Activation = (typeof activations)[number];

/** A matrix in a quarter of the memory: number `[i, j]` is `(values[i, j] - 128) × scale[j]`. See `quantizeWeight`. */
export interface QuantizedWeight<T extends Operand = Tensor> {
  /** uint8 `[in, out]` */
  readonly values: T;
  /** `[out]` */
  readonly scale: T;
}

/** What `linear` multiplies with: a matrix `[in, out]` of floats, in any strides (PyTorch's `[out, in]` is its `transpose`), or a quantized one. */
export type LinearWeight<T extends Operand = Tensor> = T | QuantizedWeight<T>;

export interface LinearOptions<T extends Operand = Tensor> {
  /** `[out]`, default 0 */
  readonly bias?: T | undefined;
  /** Default none. */
  readonly activation?: Activation | null | undefined;
  /** Added after the activation, `[..., out]`; default 0. */
  readonly residual?: T | undefined;
}

export interface NormOptions<T extends Operand = Tensor> {
  /** `[columns]`, default 1 */
  readonly scale?: T | undefined;
  /** `[columns]`, default 0; layerNorm only */
  readonly bias?: T | undefined;
  /** Added to the variance; default 1e-5. */
  readonly epsilon?: number | undefined;
}

export interface RotaryOptions {
  /** Default `"interleaved"`; see `applyRotary` of the embedding package. */
  readonly layout?: "interleaved" | "halves" | undefined;
  /** Table row of the first token, default 0, or of every token, a plain int32 tensor `[batch, tokens]`. */
  readonly positions?: number | Tensor | undefined;
  /** Turns back: the gradient. Default false. */
  readonly inverse?: boolean | undefined;
}

/** Angles by position, each `[positions, waves]`, or `[batch, tokens, waves]` with a row for each token. */
export interface RotaryOperands<T extends Operand = Tensor> {
  readonly cos: T;
  readonly sin: T;
}

/** A weight made ready; whoever prepared it disposes of it. */
export interface PreparedWeight<T extends Operand = Tensor> {
  /** What `linear` takes in place of the plain weight. */
  readonly weight: LinearWeight<T>;
  dispose(): void;
}

/** Rows `start … end - 1` of an axis. A plain object that its owner may change: a recorded step looks at it anew at each run. */
export interface RowRange {
  start: number;
  end: number;
}

/** The other kernels of a transformer block, beside attention. Shapes and options are checked before anything is computed.
 *
 *  A result lives where the first operand lives. Indices (ids, positions) are plain tensors, which a recorded step reads anew at each run. Whoever
 *  computes with tensors in a backend's memory disposes of them: `scope` does so for a whole function. Floats are computed in float32 or more. */
export interface BlockOperations<T extends Operand = Tensor> {
  /** `activation(x · weight + bias) + residual`.
   *  @param x `[..., in]`
   *  @returns `[..., out]` */
  linear(x: T, weight: LinearWeight<T>, options?: LinearOptions<T>): T;
  /** Brings a plain weight into the form in which kernels read it, once. The numbers are copied, so call it again after changing them. Where operands are
   *  plain tensors `linear` also finds that form by the tensor it was made of; without it, every call brings the weight into form. */
  prepareWeight(weight: LinearWeight): PreparedWeight<T>;
  /** `a · b` over the last two axes, leading axes broadcast; both operands may change from call to call.
   *  @param a `[..., rows, inner]`, or `[..., inner, rows]` with `transposeA`
   *  @param b `[..., inner, columns]`, or `[..., columns, inner]` with `transposeB` */
  matmul(a: T, b: T, options?: { readonly transposeA?: boolean; readonly transposeB?: boolean }): T;
  /** Each row brought to mean 0 and variance 1, times scale, plus bias. @param x `[..., columns]` */
  layerNorm(x: T, options?: NormOptions<T>): T;
  /** Each row divided by its root mean square, times scale. @param x `[..., columns]` */
  rmsNorm(x: T, options?: Omit<NormOptions<T>, "bias">): T;
  /** Turns queries or keys by their positions. @param x `[batch, heads, tokens, headDim]` */
  rotary(x: T, tables: RotaryOperands<T>, options?: RotaryOptions): T;
  /** A function of each number: by name, or a program that reads nothing but `score`, which stands for the number. */
  map(x: T, rule: Activation | Program): T;
  /** `a + b`; b has a's shape or its last axes. */
  add(a: T, b: T): T;
  /** `a × b`, number by number; b has a's shape or its last axes. */
  multiply(a: T, b: T): T;
  /** Mean pooling: the mean of each stretch of rows, as of the tokens of each of several texts that follow one another.
   *  @param x `[..., columns]`, its rows in order through all leading axes
   *  @param lengths rows of each stretch, at least 1; together all rows of x
   *  @returns `[stretches, columns]` */
  meanRows(x: T, lengths: readonly number[]): T;
  /** The rows of a table that ids name: how tokens become vectors.
   *  @param table `[rows, columns]`
   *  @param ids whole numbers from 0, a plain int32 tensor `[...]`
   *  @returns `[..., columns]`
   *  @throws {EmbeddingError} for an id without a row */
  gatherRows(table: T, ids: Tensor): T;
  /** Writes the numbers of `source` to where those of `target` are, rounded to its dtype; they may overlap.
   *  @param source, target of one shape; the target dense in its last axis, such as `rowsOf` an allocated operand */
  copyRows(source: T, target: T): void;
  /** Overwrites the numbers with zeros. @param x as `allocate` made it */
  clear(x: T): void;
  /** Each row (last axis) as whole multiples of its largest magnitude / 127, see `quantizeRows` of the tensor package; those of an int8 operand as they are.
   *  @returns int8 in the shape of x, and float32 scales in that shape with a last axis of 1 */
  quantizeRows(x: T): { readonly multiples: T; readonly scales: T };
  /** Multiples and the scales of their rows as one operand, without a copy.
   *  @param multiples int8 `[..., columns]`
   *  @param scales float32 `[...]` */
  quantized(multiples: T, scales: T): T;
  /** The numbers that an int8 operand with scales stands for; any other operand as it is. */
  dequantizeRows(x: T): T;
  /** The same numbers in another shape; a copy where they do not lie in order. */
  reshape(x: T, shape: readonly number[]): T;
  /** Axes in another order, without a copy. */
  transpose(x: T, axes: readonly number[]): T;
  /** Part of x, without a copy: of each axis an index, which drops it, a range, or all of it. */
  slice(x: T, ranges: readonly (number | null | readonly [start: number, end: number])[]): T;
  /** Rows of axis 2, without a copy: how part of a cache is written and read. @param x `[batch, heads, rows, …]` */
  rowsOf(x: T, range: RowRange): T;
  /** The numbers in row-major order: itself when they are. */
  contiguous(x: T): T;
  /** Runs `body` and frees every tensor made on the way except those that its result holds (a tensor, or plain arrays and objects of such), which are
   *  the caller's, or the enclosing scope's. A view in the result keeps what it is a view of. */
  scope<R>(body: () => R): R;
}
