import { checkOptions, checkShape, clone, contiguous, readValues, ShapeError, cast, type Tensor } from "@fovea/tensor";
import { CacheError } from "./cache-error.ts";

export interface TensorScatterOptions {
  /** `"linear"` (default) refuses to write past the end; `"circular"` goes on at the beginning, a ring of the last tokens, places counted modulo its room. */
  readonly mode?: "linear" | "circular";
  /** The axis of tokens, default -2. */
  readonly axis?: number;
}

/** Writes new keys or values into a cache of fixed size, each batch element at its own place: batches whose sequences have different lengths.
 *  @param past `[batch, …, room, …]`
 *  @param update the same shape but for the axis of tokens
 *  @param writeIndices place of the first new token, `[batch]`; default 0
 *  @returns a new tensor like `past`
 *  @throws {ShapeError | CacheError} when shapes differ or an update does not fit
 *  @see ONNX TensorScatter (opset 24) */
export function tensorScatter(
  past: Tensor,
  update: Tensor,
  writeIndices?: Tensor,
  options: TensorScatterOptions = {},
): Tensor {
  checkOptions("tensorScatter", options, { mode: true, axis: true }, { Refuse: CacheError });
  const { mode = "linear", axis = -2 } = options;
  const tokenAxis = axis < 0 ? axis + past.shape.length : axis;
  if (!Number.isInteger(axis) || tokenAxis < 1 || tokenAxis >= past.shape.length) {
    throw new ShapeError(
      `tensorScatter: axis must name an axis of past after the batch, got ${axis} of ${past.shape.length} axes.`,
    );
  }
  const room = past.shape[tokenAxis];
  const tokens = update.shape[tokenAxis] ?? 0;
  checkShape("tensorScatter", "update", update, past.shape.with(tokenAxis, tokens));
  const [batch] = past.shape;
  if (writeIndices) checkShape("tensorScatter", "writeIndices", writeIndices, [batch]);
  const starts = writeIndices ? readValues(writeIndices) : new Int32Array(batch);
  for (let b = 0; b < batch; b++) {
    const fits = mode === "circular" ? tokens <= room : starts[b] + tokens <= room;
    if (!Number.isInteger(starts[b]) || starts[b] < 0 || !fits) {
      throw new CacheError(
        `tensorScatter: ${tokens} tokens at place ${starts[b]} of batch element ${b} do not fit into ${room}. ` +
          (mode === "linear"
            ? 'Use mode "circular", or a larger cache.'
            : "Use whole places from 0, and no more tokens than room."),
      );
    }
  }
  const present = contiguous(clone(past));
  const fresh = contiguous(cast(update, past.dtype));
  const outer = past.shape.slice(1, tokenAxis).reduce((product, length) => product * length, 1);
  const inner = past.shape.slice(tokenAxis + 1).reduce((product, length) => product * length, 1);
  for (let block = 0; block < batch * outer; block++) {
    const start = starts[Math.floor(block / outer)];
    for (let token = 0; token < tokens; token++) {
      const from = fresh.offset + (block * tokens + token) * inner;
      const to = present.offset + (block * room + ((start + token) % room)) * inner;
      present.data.set(fresh.data.subarray(from, from + inner), to);
    }
  }
  return present;
}
