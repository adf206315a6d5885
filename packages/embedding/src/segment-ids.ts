import { readValues, ShapeError, zeros, type Tensor } from "@fovea/tensor";
import { checkWhole } from "./check-whole.ts";

/** Numbers the segments of token sequences: 0 up to and including the first separator, then 1, and so on (BERT's token types).
 *  Look the result up with `embed(segmentTable, …)`.
 *  @param ids `[batch, tokens]` (or any shape; the last axis is the sequence)
 *  @param options `separator` the id that ends a segment; `segments` how many there are, default 2: the last takes all that follows
 *  @returns int32 of the same shape */
export function segmentIds(ids: Tensor, { separator, segments = 2 }: { separator: number; segments?: number }): Tensor {
  if (ids.shape.length === 0) throw new ShapeError("segmentIds: ids must have an axis of tokens, got a scalar.");
  checkWhole("segmentIds", "segments", segments, 1);
  const tokens = ids.shape[ids.shape.length - 1];
  const values = readValues(ids);
  const numbered = zeros(ids.shape, "int32");
  let segment = 0;
  for (let place = 0; place < values.length; place++) {
    if (place % tokens === 0) segment = 0;
    numbered.data[place] = Math.min(segment, segments - 1);
    if (values[place] === separator) segment++;
  }
  return numbered;
}
