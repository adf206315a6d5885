import type { RowRange } from "@fovea/block-operations";
import type { QuantizedTensor, Tensor, TensorData } from "@fovea/tensor";

/** Rows of axis 2 that a view shows, and how many bytes lie between them. */
interface LiveRows {
  readonly range: RowRange;
  readonly rowBytes: number;
}

const live = new WeakMap<Tensor, LiveRows>();

/** A view of rows of axis 2 that follows its range: shape and offset are asked for anew each time they are used, and the shape changes where it is. */
export function liveRows(memory: Tensor, range: RowRange): Tensor {
  const shape = [...memory.shape];
  const view: Tensor = Object.freeze({
    dtype: memory.dtype,
    strides: memory.strides,
    get shape(): readonly number[] {
      shape[2] = range.end - range.start;
      return shape;
    },
    get offset(): number {
      return memory.offset + range.start * memory.strides[2];
    },
    get data(): TensorData {
      return memory.data;
    },
  });
  live.set(view, { range, rowBytes: memory.strides[2] * memory.data.BYTES_PER_ELEMENT });
  return view;
}

/** Multiples and scales as one operand, which follows both where they are live. */
export function liveQuantized(multiples: Tensor, scales: Tensor): QuantizedTensor {
  const view: QuantizedTensor = Object.freeze({
    dtype: "int8",
    strides: multiples.strides,
    get shape(): readonly number[] {
      return multiples.shape;
    },
    get offset(): number {
      return multiples.offset;
    },
    get data(): TensorData {
      return multiples.data;
    },
    scales,
  });
  const rows = live.get(multiples);
  if (rows) live.set(view, rows);
  return view;
}

/** Whether a tensor is a view whose place or size may change. */
export const isLive = (tensor: Tensor): boolean => live.has(tensor);

/** Byte address of a tensor that lies in the memory. */
export function addressOf(tensor: Tensor): number {
  const { data, offset } = tensor;
  return data.byteOffset + offset * data.BYTES_PER_ELEMENT;
}

/** Says by how many bytes a live view has moved since it was last asked. */
export function movesOf(tensor: Tensor): () => number {
  const rows = live.get(tensor);
  if (!rows) return () => 0;
  const { range, rowBytes } = rows;
  let present = range.start;
  return () => {
    const moved = (range.start - present) * rowBytes;
    present = range.start;
    return moved;
  };
}

/** Says whether a view has as many rows as it had when this was called. */
export function holdsRows(tensor: Tensor): () => boolean {
  const range = live.get(tensor)?.range;
  if (!range) return () => true;
  const rows = range.end - range.start;
  return () => range.end - range.start === rows;
}
