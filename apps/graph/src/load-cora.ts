import { readDataFile } from "./data-folder.ts";
import type { Graph } from "./graph.ts";
import { UserError } from "@fovea/command-line";
import { readClasses, readLinks, readSparseRows } from "./read-arrays.ts";
import { takeRows } from "./renumber.ts";
import type { SparseRows } from "./sparse-rows.ts";

/** Cora's classes, in the order of its labels. */
export const classNames = [
  "theory",
  "reinforcement learning",
  "genetic algorithms",
  "neural networks",
  "probabilistic methods",
  "case-based",
  "rule learning",
] as const;

/** Nodes that follow the training nodes and say when to stop (Yang et al. 2016, "Planetoid"). */
const validationNodes = 500;

/** Reads Cora as Planetoid split it: 2708 papers as bags of 1433 words, 5278 citations, 140 classes to learn from, 500 to stop by and 1000 to judge by.
 *  @throws {UserError} when a file is missing, damaged or at odds with the others */
export async function loadCora(folder: string): Promise<Graph> {
  const read = (name: string): Promise<Uint8Array> => readDataFile(folder, `ind.cora.${name}`);
  const classesOf = async (name: string): Promise<Int32Array> =>
    readClasses(`ind.cora.${name}`, await read(name), classNames.length);
  const rowsOf = async (name: string): Promise<SparseRows> => readSparseRows(`ind.cora.${name}`, await read(name));

  const links = readLinks("ind.cora.graph", await read("graph"));
  const [known, tested] = [await rowsOf("allx"), await rowsOf("tx")];
  const classes = Int32Array.from([...(await classesOf("ally")), ...(await classesOf("ty"))]);
  const training = (await classesOf("y")).length;
  const nodes = links.length;
  const knownCount = known.starts.length - 1;
  const order = readOrder(new TextDecoder().decode(await read("test.index")), knownCount, nodes);

  const features = stack(known, tested);
  if (classes.length !== nodes || features.starts.length !== nodes + 1) {
    throw new UserError(
      `Cora's files are at odds: ${nodes} nodes, ${features.starts.length - 1} rows of words, ${classes.length} classes. Get them from one source.`,
    );
  }
  if (training + validationNodes > knownCount) {
    throw new UserError(`Cora's files are at odds: ${training} classes to learn from among ${knownCount}.`);
  }
  return {
    features: normalizeRows(takeRows(features, order)),
    neighbors: mutualNeighbors(links),
    classes: order.map((row) => classes[row]),
    training: range(0, training),
    validation: range(training, training + validationNodes),
    test: range(knownCount, nodes),
    names: range(0, nodes),
  };
}

/** Test rows lie shuffled behind the others: line i of the file names the node that row `known + i` belongs to.
 *  @returns for each node its row */
function readOrder(text: string, known: number, nodes: number): Int32Array {
  const tested = text.trim().split(/\s+/).map(Number);
  const rows = range(0, nodes);
  tested.forEach((node, i) => (rows[node] = known + i));
  const sorted = Float64Array.from(tested).sort();
  if (tested.length !== nodes - known || sorted.some((node, i) => node !== known + i)) {
    throw new UserError(`ind.cora.test.index is damaged: expected the nodes ${known} to ${nodes - 1}, each once.`);
  }
  return rows;
}

/** Links go both ways, count once, and every node is its own neighbour. */
function mutualNeighbors(links: readonly (readonly number[])[]): Int32Array[] {
  const sets = links.map((_, node) => new Set([node]));
  links.forEach((list, node) => {
    for (const other of list) {
      sets[node].add(other);
      sets[other].add(node);
    }
  });
  return sets.map((set) => Int32Array.from(set).sort());
}

function stack(top: SparseRows, bottom: SparseRows): SparseRows {
  if (top.columnCount !== bottom.columnCount) {
    throw new UserError(`Cora's files are at odds: ${top.columnCount} and ${bottom.columnCount} words.`);
  }
  const first = top.values.length;
  return {
    columnCount: top.columnCount,
    starts: Int32Array.from([...top.starts, ...bottom.starts.subarray(1).map((start) => start + first)]),
    columns: Int32Array.from([...top.columns, ...bottom.columns]),
    values: Float32Array.from([...top.values, ...bottom.values]),
  };
}

/** Each row divided by its sum; rows of zeros stay. */
function normalizeRows(rows: SparseRows): SparseRows {
  const values = rows.values.slice();
  for (let row = 0; row + 1 < rows.starts.length; row++) {
    const own = values.subarray(rows.starts[row], rows.starts[row + 1]);
    const sum = own.reduce((total, value) => total + value, 0);
    if (sum !== 0) own.forEach((value, i) => (own[i] = value / sum));
  }
  return { ...rows, values };
}

function range(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to - from }, (_, i) => from + i);
}
