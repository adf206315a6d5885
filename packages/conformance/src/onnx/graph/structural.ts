import { CaseError } from "../case-error.ts";
import { broadcast, broadcastPlaces, ints, single, sizeOf } from "./graph-constant.ts";
import type { GraphConstant } from "./graph-constant.ts";
import type { NodeAttributes } from "./node-attributes.ts";

/** What an operator that moves elements about does to constants. An absent input is null. */
export type Structural = (inputs: readonly (GraphConstant | null)[], attributes: NodeAttributes) => GraphConstant;

const need = (input: GraphConstant | null | undefined): GraphConstant => {
  if (input) return input;
  throw new CaseError("an input is missing.");
};
const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** The elements of `source` at `places`, in another shape. */
const pick = (source: GraphConstant, shape: readonly number[], places: ArrayLike<number>): GraphConstant => ({
  kind: source.kind,
  shape,
  values: Float64Array.from({ length: places.length }, (_, i) => source.values[places[i]]),
});

/** Calls back with the index of every element of a shape, row-major. */
function indices(shape: readonly number[]): number[][] {
  return Array.from({ length: sizeOf(shape) }, (_, i) => {
    let rest = i;
    const index = Array<number>(shape.length);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    return index;
  });
}

const placeOf = (index: readonly number[], shape: readonly number[]): number =>
  index.reduce((place, at, axis) => place * shape[axis] + at, 0);

const reshape: Structural = ([data, target], attributes) => {
  const source = need(data);
  const keepsZero = attributes.number("allowzero", 0) === 1;
  const shape = Array.from(need(target).values, (length, axis) =>
    length === 0 && !keepsZero ? source.shape[axis] : length,
  );
  const open = shape.indexOf(-1);
  if (open >= 0) shape[open] = source.values.length / -sizeOf(shape);
  if (sizeOf(shape) !== source.values.length) {
    throw new CaseError(`[${source.shape.join(", ")}] cannot become [${shape.join(", ")}].`);
  }
  return { ...source, shape };
};

const unsqueeze: Structural = ([data, axes], attributes) => {
  const source = need(data);
  const added = axes ? Array.from(axes.values) : (attributes.list("axes") ?? []);
  const rank = source.shape.length + added.length;
  const places = new Set(added.map((axis) => axisOf(axis, rank)));
  const rest = [...source.shape];
  return { ...source, shape: Array.from({ length: rank }, (_, axis) => (places.has(axis) ? 1 : (rest.shift() ?? 1))) };
};

const squeeze: Structural = ([data, axes], attributes) => {
  const source = need(data);
  const given = axes ? Array.from(axes.values) : attributes.list("axes");
  const dropped = given?.map((axis) => axisOf(axis, source.shape.length));
  return {
    ...source,
    shape: source.shape.filter((length, axis) => (dropped ? !dropped.includes(axis) : length !== 1)),
  };
};

const range: Structural = ([start, limit, delta]) => {
  const from = single("start", need(start));
  const step = single("delta", need(delta));
  const length = Math.max(Math.ceil((single("limit", need(limit)) - from) / step), 0);
  return { kind: need(start).kind, shape: [length], values: Float64Array.from({ length }, (_, i) => from + i * step) };
};

const gather: Structural = ([data, chosen], attributes) => {
  const source = need(data);
  const { shape: inner, values } = need(chosen);
  const axis = axisOf(attributes.number("axis", 0), source.shape.length);
  const shape = [...source.shape.slice(0, axis), ...inner, ...source.shape.slice(axis + 1)];
  const places = indices(shape).map((index) => {
    const at = values[placeOf(index.slice(axis, axis + inner.length), inner)];
    return placeOf(index.toSpliced(axis, inner.length, axisOf(at, source.shape[axis])), source.shape);
  });
  return pick(source, shape, places);
};

const concat: Structural = (inputs, attributes) => {
  const parts = inputs.map(need);
  const axis = axisOf(attributes.number("axis", 0), parts[0].shape.length);
  const shape = parts[0].shape.with(
    axis,
    parts.reduce((sum, part) => sum + part.shape[axis], 0),
  );
  const values = indices(shape).map((index) => {
    let at = index[axis];
    const part = parts.find(({ shape: { [axis]: length } }) => at < length || ((at -= length), false)) ?? parts[0];
    return part.values[placeOf(index.with(axis, at), part.shape)];
  });
  return { kind: parts[0].kind, shape, values: Float64Array.from(values) };
};

const slice: Structural = ([data, starts, ends, axes, steps]) => {
  const source = need(data);
  const rank = source.shape.length;
  const from = Array<number>(rank).fill(0);
  const by = Array<number>(rank).fill(1);
  const shape = [...source.shape];
  need(starts).values.forEach((given, i) => {
    const axis = axisOf(axes?.values[i] ?? i, rank);
    const length = source.shape[axis];
    const step = steps?.values[i] ?? 1;
    const clamp = (at: number, low: number, high: number): number => Math.min(Math.max(axisOf(at, length), low), high);
    const start = step > 0 ? clamp(given, 0, length) : clamp(given, 0, length - 1);
    const end = step > 0 ? clamp(need(ends).values[i], 0, length) : clamp(need(ends).values[i], -1, length - 1);
    from[axis] = start;
    by[axis] = step;
    shape[axis] = Math.max(Math.ceil((end - start) / step), 0);
  });
  const places = indices(shape).map((index) =>
    placeOf(
      index.map((at, axis) => from[axis] + at * by[axis]),
      source.shape,
    ),
  );
  return pick(source, shape, places);
};

const expand: Structural = ([data, target]) => {
  const source = need(data);
  const shape = broadcast([source.shape, Array.from(need(target).values)]);
  return pick(source, shape, broadcastPlaces(source.shape, shape));
};

const transpose: Structural = ([data], attributes) => {
  const source = need(data);
  const order = attributes.list("perm") ?? source.shape.map((_, axis) => source.shape.length - 1 - axis);
  const shape = order.map((axis) => source.shape[axis]);
  const places = indices(shape).map((index) =>
    placeOf(
      source.shape.map((_, axis) => index[order.indexOf(axis)]),
      source.shape,
    ),
  );
  return pick(source, shape, places);
};

const trilu: Structural = ([data, diagonal], attributes) => {
  const source = need(data);
  const k = diagonal ? single("k", diagonal) : 0;
  const upper = attributes.number("upper", 1) === 1;
  const values = indices(source.shape).map((index, i) => {
    const [row, column] = index.slice(-2);
    return (upper ? column - row >= k : column - row <= k) ? source.values[i] : 0;
  });
  return { ...source, values: Float64Array.from(values) };
};

/** Operators that build and move constants: how a graph makes positions out of the shape of the scores. */
export const structural: Readonly<Record<string, Structural>> = {
  Size: ([data]) => ints([need(data).values.length], []),
  Reshape: reshape,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Range: range,
  Gather: gather,
  Concat: concat,
  Slice: slice,
  Expand: expand,
  Transpose: transpose,
  Trilu: trilu,
};
