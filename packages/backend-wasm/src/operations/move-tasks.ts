import type { Tensor } from "@fovea/tensor";
import type { Borrowed } from "../memory/borrowed.ts";
import { addressOf, isLive } from "../memory/live-rows.ts";
import type { OperationEngine } from "./operation-engine.ts";
import { eachStretch, sizeOf } from "./placed-rows.ts";

/** Whether the last axis is dense. */
export const isDenseRows = ({ shape, strides }: Tensor): boolean =>
  shape.length > 0 && (strides[shape.length - 1] === 1 || shape[shape.length - 1] === 1);

/** Copies bytes between tensors in the memory, of one dtype and shape, whose rows are dense: rows that follow one another in both as one block, in which
 *  they may overlap. */
export function moveTasks(engine: OperationEngine, borrowed: Borrowed, source: Tensor, target: Tensor): void {
  const bytes = source.data.BYTES_PER_ELEMENT;
  const { shape } = source;
  const operands = [source, target].map((tensor) => {
    const placed = { address: addressOf(tensor), strides: tensor.strides.map((stride) => stride * bytes) };
    if (isLive(tensor)) borrowed.placeMoving({ tensor, placed });
    return placed;
  });
  // axes that follow one another in both belong to a block
  let blockAxis = shape.length - 1;
  let block = shape[blockAxis] * bytes;
  while (blockAxis > 0) {
    const outer = blockAxis - 1;
    if (shape[outer] !== 1 && !operands.every(({ strides }) => strides[outer] === block)) break;
    block *= shape[outer];
    blockAxis = outer;
  }
  const leading = operands.map(({ strides }) => strides.slice(0, blockAxis));
  engine.run(borrowed, sizeOf(shape), (tasks) =>
    eachStretch(shape.slice(0, blockAxis), leading, (rows, offsets, strides) =>
      tasks.add("move", {
        source: operands[0].address + offsets[0],
        sourceStride: strides[0],
        target: operands[1].address + offsets[1],
        targetStride: strides[1],
        rows,
        columns: block,
      }),
    ),
  );
}
