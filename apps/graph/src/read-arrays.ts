import { UserError } from "@fovea/command-line";
import { sizeOf } from "@fovea/tensor";
import { PickleObject, readPickle, type PickleValue } from "./read-pickle.ts";
import type { SparseRows } from "./sparse-rows.ts";

const arrayNames = ["numpy.core.multiarray._reconstruct", "numpy.ndarray", "numpy.dtype"];
const matrixNames = new Set([...arrayNames, "scipy.sparse.csr.csr_matrix"]);
const graphNames = new Set(["collections.defaultdict", "__builtin__.list"]);
/** Nodes and words at most: a table of bits per pair of nodes is made, and weights per word. PubMed, the largest of Planetoid's graphs, has 19,717. */
const mostPerAxis = 20_000;
const mostAxes = 8;

/** scipy's `csr_matrix` → rows.
 *  @throws {UserError} when the file is damaged or its parts contradict each other */
export function readSparseRows(file: string, bytes: Uint8Array): SparseRows {
  const matrix = readPickle(file, bytes, matrixNames);
  const isMatrix = matrix instanceof PickleObject && matrix.type === "scipy.sparse.csr.csr_matrix";
  const state = isMatrix && matrix.state instanceof Map ? matrix.state : new Map<PickleValue, PickleValue>();
  const shape = state.get("_shape");
  if (!isShape(shape) || shape.length !== 2 || Math.max(...shape) > mostPerAxis) {
    throw wrong(file, `a sparse matrix of at most ${mostPerAxis} rows and columns`, describe(matrix));
  }
  const [rows, columnCount] = shape;
  const [starts, columns, values] = ["indptr", "indices", "data"].map((name) => numbers(file, state.get(name)).values);
  const inOrder = starts.every((start, row) => row === 0 || start >= starts[row - 1]);
  if (starts.length !== rows + 1 || starts[0] !== 0 || !inOrder || starts[rows] !== columns.length) {
    throw wrong(file, `${rows} rows, one after another`, `row starts that end at ${starts.at(-1)}`);
  }
  if (columns.length !== values.length || columns.some((column) => column < 0 || column >= columnCount)) {
    throw wrong(file, `a column from 0 to ${columnCount - 1} for each value`, "others");
  }
  if (!values.every(Number.isFinite)) throw wrong(file, "finite values", "others");
  return {
    columnCount,
    starts: Int32Array.from(starts),
    columns: Int32Array.from(columns),
    values: Float32Array.from(values),
  };
}

/** numpy's one-hot rows → the class of each row.
 *  @throws {UserError} when the file is damaged or a row has no single class */
export function readClasses(file: string, bytes: Uint8Array, classes: number): Int32Array {
  const { shape, values } = numbers(file, readPickle(file, bytes, matrixNames));
  if (shape.length !== 2 || shape[1] !== classes) {
    throw wrong(file, `an array of [rows, ${classes}]`, `one of [${shape.join(", ")}]`);
  }
  return Int32Array.from({ length: shape[0] }, (_, row) => {
    const oneHot = values.subarray(row * classes, (row + 1) * classes);
    if (oneHot.filter((value) => value === 1).length !== 1 || !oneHot.every((value) => value === 0 || value === 1)) {
      throw wrong(file, `one class for row ${row}`, `[${oneHot.join(", ")}]`);
    }
    return oneHot.indexOf(1);
  });
}

/** A dictionary of lists → for each node, the nodes it is linked with, as often as they are listed.
 *  @throws {UserError} when the file is damaged or names a node that is not there */
export function readLinks(file: string, bytes: Uint8Array): readonly (readonly number[])[] {
  const graph = readPickle(file, bytes, graphNames);
  if (!(graph instanceof PickleObject) || graph.items.size === 0) throw wrong(file, "lists of links", describe(graph));
  const nodes = graph.items.size;
  if (nodes > mostPerAxis) throw wrong(file, `at most ${mostPerAxis} nodes`, String(nodes));
  const isNode = (value: PickleValue): value is number =>
    typeof value === "number" && Number.isInteger(value) && value >= 0 && value < nodes;
  let listed = 0;
  return Array.from({ length: nodes }, (_, node) => {
    const links = graph.items.get(node);
    if (!Array.isArray(links) || !links.every(isNode)) {
      throw wrong(file, `links of node ${node} to nodes from 0 to ${nodes - 1}`, describe(links));
    }
    // a pickle may name one list many times: what it tells cannot be more than what it holds
    listed += links.length;
    if (listed > bytes.length)
      throw wrong(file, "lists of their own for all nodes", `${listed} links in ${bytes.length} bytes`);
    return links;
  });
}

const types: Readonly<Record<string, { readonly bytes: number; read(view: DataView, at: number): number }>> = {
  f4: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  f8: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  i4: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  i8: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
};

/** numpy's state of an array is (version, shape, dtype, isFortran, bytes); a dtype's is (version, byte order, …). */
function numbers(file: string, array: PickleValue | undefined): { shape: readonly number[]; values: Float64Array } {
  const state = array instanceof PickleObject && Array.isArray(array.state) ? array.state : [];
  const [, shape, dtype, isFortran, raw] = state;
  const name = dtype instanceof PickleObject && dtype.type === "numpy.dtype" ? dtype.args[0] : null;
  const order = dtype instanceof PickleObject && Array.isArray(dtype.state) ? dtype.state[1] : null;
  const isKnown = typeof name === "string" && Object.hasOwn(types, name) && order === "<" && isFortran === false;
  if (!isShape(shape) || typeof raw !== "string" || !isKnown) {
    throw wrong(file, `an array of ${Object.keys(types).join(", ")}, little-endian, by rows`, describe(array));
  }
  const type = types[name];
  const count = sizeOf(shape);
  if (count * type.bytes !== raw.length) {
    throw wrong(file, `${count * type.bytes} bytes for an array of [${shape.join(", ")}]`, `${raw.length}`);
  }
  const bytes = Buffer.from(raw, "latin1");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { shape, values: Float64Array.from({ length: count }, (_, i) => type.read(view, i * type.bytes)) };
}

function isShape(value: PickleValue | undefined): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= mostAxes &&
    value.every((n) => typeof n === "number" && Number.isInteger(n) && n >= 0)
  );
}

function wrong(file: string, expected: string, got: string): UserError {
  return new UserError(`${file} is none of Cora's files: expected ${expected}, got ${got}.`);
}

function describe(value: PickleValue | undefined): string {
  if (value instanceof PickleObject) return `another ${value.type}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return value instanceof Map ? "a dictionary" : typeof value === "string" ? "text" : String(value);
}
