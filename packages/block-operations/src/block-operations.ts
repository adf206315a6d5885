import type { Program } from "@fovea/program";
import type { Tensor } from "@fovea/tensor";
import type { Operand } from "./operand.ts";

/** Functions of one number that `linear` and `map` know by name: `gelu` by the error function, `geluTanh` its approximation. */
export const activations = ["relu", "gelu", "geluTanh", "silu", "tanh", "sigmoid"] as const;
export type Activation = (typeof activations)[number];

/** A matrix in a quarter of the memory: number `[i, j]` is `(values[i, j] - 128) × scale[j]`. See `quantizeWeight`. */
export interface QuantizedWeight {
  /** uint8 `[in, out]` */
  readonly values: Tensor;
  /** `[out]` */
  readonly scale: Tensor;
}

/** What `linear` multiplies with: a matrix `[in, out]` of floats, in any strides (PyTorch's `[out, in]` is its `transpose`), or a quantized one. */
export type LinearWeight = Tensor | QuantizedWeight;

export interface LinearOptions<T extends Operand = Tensor> {
  /** `[out]`, default 0 */
  readonly bias?: Tensor | undefined;
  /** Default none. */
  readonly activation?: Activation | null | undefined;
  /** Added after the activation, `[..., out]`; default 0. */
  readonly residual?: T | undefined;
}

export interface NormOptions {
  /** `[columns]`, default 1 */
  readonly scale?: Tensor | undefined;
  /** `[columns]`, default 0; layerNorm only */
  readonly bias?: Tensor | undefined;
  /** Added to the variance; default 1e-5. */
  readonly epsilon?: number | undefined;
}

export interface RotaryOptions {
  /** Default `"interleaved"`; see `applyRotary` of the embedding package. */
  readonly layout?: "interleaved" | "halves" | undefined;
  /** Table row of the first token, default 0, or of every token, int32 `[batch, tokens]`. */
  readonly positions?: number | Tensor | undefined;
  /** Turns back: the gradient. Default false. */
  readonly inverse?: boolean | undefined;
}

/** A weight made ready; released with `dispose`. */
export interface PreparedWeight {
  dispose(): void;
}

/** The other kernels of a transformer block, beside attention. Shapes and options are checked before anything is computed.
 *
 *  A result lives where the first operand lives; parameters (weights, biases, scales, tables) are plain tensors or the backend's. Whoever
 *  computes with tensors in a backend's memory disposes of them: `scope` does so for a whole function. Floats are computed in float32 or more. */
export interface BlockOperations<T extends Operand = Tensor> {
  /** The tensor where the backend computes: a copy, or itself when it is there already. */
  place(tensor: Tensor): T;
  /** `activation(x · weight + bias) + residual`.
   *  @param x `[..., in]`
   *  @returns `[..., out]` */
  linear(x: T, weight: LinearWeight, options?: LinearOptions<T>): T;
  /** Brings a weight into the form in which kernels read it, once: `linear` finds it again by the tensor. The numbers are copied, so call it again
   *  after changing them. Without it, every call brings the weight into form. */
  prepareWeight(weight: LinearWeight): PreparedWeight;
  /** `a · b` over the last two axes, leading axes broadcast; both operands may change from call to call.
   *  @param a `[..., rows, inner]`, or `[..., inner, rows]` with `transposeA`
   *  @param b `[..., inner, columns]`, or `[..., columns, inner]` with `transposeB` */
  matmul(a: T, b: T, options?: { readonly transposeA?: boolean; readonly transposeB?: boolean }): T;
  /** Each row brought to mean 0 and variance 1, times scale, plus bias. @param x `[..., columns]` */
  layerNorm(x: T, options?: NormOptions): T;
  /** Each row divided by its root mean square, times scale. @param x `[..., columns]` */
  rmsNorm(x: T, options?: Omit<NormOptions, "bias">): T;
  /** Turns queries or keys by their positions. @param x `[batch, heads, tokens, headDim]` */
  rotary(x: T, tables: { readonly cos: Tensor; readonly sin: Tensor }, options?: RotaryOptions): T;
  /** A function of each number: by name, or a program that reads nothing but `score`, which stands for the number. */
  map(x: T, rule: Activation | Program): T;
  /** `a + b`; b has a's shape or its last axes. */
  add(a: T, b: T): T;
  /** Mean pooling: the mean of each stretch of rows, as of the tokens of each of several texts that follow one another.
   *  @param x `[..., columns]`, its rows in order through all leading axes
   *  @param lengths rows of each stretch, at least 1; together all rows of x
   *  @returns `[stretches, columns]` */
  meanRows(x: T, lengths: readonly number[]): T;
  /** The numbers in row-major order: itself when they are. */
  contiguous(x: T): T;
  /** Runs `body` and frees every tensor made on the way except those that its result holds (a tensor, or plain arrays and objects of such), which are
   *  the caller's, or the enclosing scope's. A view in the result keeps what it is a view of. */
  scope<R>(body: () => R): R;
}
