import { checkOptions } from "./check-options.ts";
import { checkShape } from "./check-shape.ts";
import { makeView } from "./make-tensor.ts";
import { reshape } from "./reshape.ts";
import { ShapeError } from "./shape-error.ts";
import type { Tensor } from "./tensor.ts";

export interface FrameOptions {
  /** Tokens in a frame. */
  readonly length: number;
  /** Tokens from the start of a frame to the start of the next; default 1. */
  readonly step?: number;
}
import { wholeNumber } from "./whole-number.ts";

/** Overlapping runs of tokens, each flattened, as a view: a convolution over time is then one matrix product with a weight `[length × channels, out]`.
 *  Tokens at the end that fill no frame are left out.
 *  @param x `[tokens, channels]`
 *  @returns `[frames, length × channels]`; without a copy where the numbers lie in row-major order
 *  @throws {ShapeError} for a length or step below 1, or fewer tokens than one frame takes */
export function frames(x: Tensor, options: FrameOptions): Tensor {
  checkOptions(
    "frames",
    options,
    { length: true, step: true },
    { required: true, example: "frames(x, { length: 3 })" },
  );
  const { length, step = 1 } = options;
  const { tokens, channels } = checkShape("frames", "x", x, ["tokens", "channels"]);
  wholeNumber("frames", "length", length, 1, undefined, ShapeError);
  wholeNumber("frames", "step", step, 1, undefined, ShapeError);
  if (tokens < length) throw new ShapeError(`frames: expected at least ${length} tokens for one frame, got ${tokens}.`);
  const dense = reshape(x, [tokens * channels]);
  const count = Math.floor((tokens - length) / step) + 1;
  const [stride] = dense.strides;
  return makeView(dense, [count, length * channels], [step * channels * stride, stride], dense.offset);
}
