import { alongAxis } from "./along-axis.ts";
import { checkDimensions, describeShape, resolveAxis } from "./dimensions.ts";
import { DTypeError } from "./dtype-error.ts";
import { makeTensor } from "./make-tensor.ts";
import { readStored } from "./read-values.ts";
import { expandDims } from "./reshape.ts";
import { ShapeError } from "./shape-error.ts";
import { slice } from "./slice.ts";
import { allocate } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** Tensors one after the other along an axis (a copy); default the first.
 *  @throws {ShapeError} for no tensors, or dimensions beside the axis that differ
 *  @throws {DTypeError} for dtypes that differ */
export function concatenate(tensors: readonly Tensor[], axis = 0): Tensor {
  const first = firstOf("concatenate", tensors);
  const { dtype } = first;
  const at = resolveAxis("concatenate", axis, first.shape.length);
  for (const other of tensors) checkBeside("concatenate", first, other, at);
  const length = tensors.reduce((sum, { shape }) => sum + shape[at], 0);
  const shape = first.shape.with(at, length);
  const output = allocate("concatenate", dtype, checkDimensions("concatenate", shape));
  const { outer, inner } = alongAxis("concatenate", shape, at);
  let before = 0;
  for (const part of tensors) {
    const stored = readStored(part);
    const run = part.shape[at] * inner;
    for (let i = 0; i < outer; i++) output.set(stored.subarray(i * run, (i + 1) * run), i * length * inner + before);
    before += run;
  }
  return makeTensor(dtype, shape, output);
}

/** Tensors of one shape beside each other along a new axis (a copy); default a new first axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  const first = firstOf("stack", tensors);
  for (const other of tensors) checkBeside("stack", first, other, -1);
  const at = resolveAxis("stack", axis, first.shape.length + 1);
  return concatenate(
    tensors.map((part) => expandDims(part, at)),
    at,
  );
}

/** Parts of a tensor along an axis, without copies; default the first axis.
 *  @param parts how many equal parts, or the length of each
 *  @throws {ShapeError} when the parts do not fill the axis exactly */
export function split(source: Tensor, parts: number | readonly number[], axis = 0): Tensor[] {
  const at = resolveAxis("split", axis, source.shape.length);
  const length = source.shape[at];
  const even = typeof parts === "number" && Number.isInteger(parts) && parts > 0 && parts <= length;
  const lengths = typeof parts === "number" ? new Array<number>(even ? parts : 0).fill(length / parts) : parts;
  const whole = lengths.every((part) => Number.isInteger(part) && part >= 0);
  if (!whole || lengths.reduce((sum, part) => sum + part, 0) !== length) {
    throw new ShapeError(
      `split: the parts must be whole numbers that add up to ${length} on axis ${at}, got ` +
        `${typeof parts === "number" ? `${parts} equal parts` : describeShape(parts)}.`,
    );
  }
  const before = source.shape.slice(0, at).map(() => null);
  let end = 0;
  return lengths.map((part) => {
    end += part;
    return slice(source, [...before, [end - part, end]]);
  });
}

function firstOf(who: string, tensors: readonly Tensor[]): Tensor {
  if (tensors.length > 0) return tensors[0];
  throw new ShapeError(`${who}: expected at least one tensor, got none.`);
}

/** Equal dtypes, and equal dimensions except along `axis`. */
function checkBeside(who: string, first: Tensor, other: Tensor, axis: number): void {
  if (first.dtype !== other.dtype) {
    throw new DTypeError(`${who}: expected ${first.dtype} throughout, got ${other.dtype} too. Cast one of them.`);
  }
  const equal =
    first.shape.length === other.shape.length &&
    first.shape.every((length, at) => at === axis || length === other.shape[at]);
  if (equal) return;
  throw new ShapeError(
    `${who}: expected shape ${describeShape(first.shape)}${axis < 0 ? "" : ` beside axis ${axis}`}, ` +
      `got ${describeShape(other.shape)}.`,
  );
}
