import type { Type } from "@fovea/program";
import {
  add,
  cast,
  gather,
  greaterEqual,
  less,
  logicalAnd,
  mul,
  notEqual,
  reshape,
  scalar,
  where,
  zeros,
  zerosLike,
} from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs-core";
import { gatherRows, scatterRows } from "./gather-rows.ts";
import { safeSelect } from "./safe-select.ts";
import { sumTo } from "./sum-to.ts";

/** Which elements of a table some indices name. */
interface Places {
  /** Position in the flattened table, 0 for what lies outside. */
  readonly position: Tensor;
  readonly isInside: Tensor;
}

/** The elements of a table at these indices; outside it 0 (false).
 *  @param indices int32, one per axis, broadcasting with each other */
export function gatherTable(table: Tensor, type: Type, indices: readonly Tensor[]): Tensor {
  if (table.size === 0)
    return type === "bool" ? cast(zeros([1]), "bool") : zeros([1], type === "int" ? "int32" : "float32");
  const { position, isInside } = placesOf(table.shape, indices);
  const flat = reshape(position, [-1]) as Tensor1D;
  const values = reshape(table, [-1]) as Tensor1D;
  if (type === "float") {
    const found = reshape(gatherRows(values, flat), position.shape);
    return safeSelect(isInside, found, zerosLike(found));
  }
  // bools are gathered as ints: not every backend gathers bools
  const found = reshape(gather(cast(values, "int32"), flat), position.shape);
  const known = where(isInside, found, zerosLike(found));
  return type === "bool" ? notEqual(known, scalar(0, "int32")) : known;
}

/** The way back: sums each pair's share into the element that the pair read.
 *  @param shares `[batch, heads, queries, keys]`, 0 where a pair is not seen
 *  @returns in the table's shape */
export function scatterTable(shares: Tensor, shape: readonly number[], indices: readonly Tensor[]): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  if (size === 0) return zeros([...shape]);
  const { position, isInside } = placesOf(shape, indices);
  // pairs with one index between them are summed first: a table by head gets one update per head
  const updates = sumTo(shares, position.shape);
  const inside = safeSelect(isInside, updates, zerosLike(updates));
  const flat = reshape(position, [-1]) as Tensor1D;
  return reshape(scatterRows(reshape(inside, [-1]), flat, size), [...shape]);
}

function placesOf(shape: readonly number[], indices: readonly Tensor[]): Places {
  let position: Tensor = scalar(0, "int32");
  let isInside: Tensor = cast(scalar(1, "int32"), "bool");
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const index = indices[axis];
    const within = logicalAnd(greaterEqual(index, scalar(0, "int32")), less(index, scalar(shape[axis], "int32")));
    const safe = where(within, index, zerosLike(index));
    position = add(position, mul(safe, scalar(stride, "int32")));
    isInside = logicalAnd(isInside, within);
    stride *= shape[axis];
  }
  return { position, isInside };
}
