import { WeightFileError, damaged, quote } from "../weight-file-error.ts";
import { maxEntries } from "../limits.ts";
import type { WeightEntry } from "../weight-file.ts";
import { readConstant } from "./constant.ts";
import { bytes, readMessage, text } from "./message.ts";
import { readTensorProto } from "./tensor-proto.ts";
import type { Unreadable } from "./tensor-proto.ts";

/** An operation of the model. */
export interface OnnxNode {
  readonly name: string;
  /** As `MatMulInteger`. */
  readonly opType: string;
  /** Where it stands: empty for the model's own graph, else as `If_12.then_branch/`. */
  readonly graph: string;
  /** Names of what it reads; a weight goes by its name in the file; an input left out is empty. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** What is found in the graphs of a model. */
export interface OnnxContents {
  readonly weights: ReadonlyMap<string, WeightEntry>;
  readonly unreadable: ReadonlyMap<string, string>;
  readonly nodes: readonly OnnxNode[];
}

/** Branches inside branches: no exporter goes this deep. */
const maxDepth = 16;
/** What all nodes together may read and give. */
const maxNames = 10 * maxEntries;

/** Local name → name in the file, for a graph and those around it. */
interface Scope {
  readonly names: Map<string, string>;
  readonly outer: Scope | null;
}

/** Finds the initializers and Constant nodes of a graph and of the branches inside it.
 *  @throws {WeightFileError} for two weights of one name, and for nesting or counts that no model has */
export function readGraphs(file: string, model: Uint8Array): OnnxContents {
  const weights = new Map<string, WeightEntry>();
  const unreadable = new Map<string, string>();
  const nodes: OnnxNode[] = [];
  let names = 0;
  let nameRoom = 4 * model.length + 65_536;

  const refuse = (expected: string, got: string): WeightFileError =>
    new WeightFileError({ file, expected, got, remedy: damaged });

  function add(name: string, prefix: string, { names }: Scope, read: (name: string) => WeightEntry | Unreadable): void {
    if (weights.size + unreadable.size >= maxEntries) throw refuse(`at most ${maxEntries} weights`, "more");
    const fullName = prefix + name;
    // A long prefix on many short names would take far more room than the file.
    nameRoom -= fullName.length;
    if (nameRoom < 0) throw refuse("names that are shorter than the file", "longer ones");
    if (name === "" || names.has(name)) throw refuse("a name of its own for every weight of a graph", quote(name));
    names.set(name, fullName);
    const found = read(fullName);
    if ("unreadable" in found) unreadable.set(fullName, found.unreadable);
    else weights.set(fullName, found);
  }

  function readGraph(graph: Uint8Array, prefix: string, outer: Scope | null, depth: number): void {
    if (depth > maxDepth) throw refuse(`graphs at most ${maxDepth} deep`, "deeper ones");
    const scope: Scope = { names: new Map(), outer };
    // Initializers first: nodes may stand before them in the file and still read them.
    readMessage(graph, {
      5: bytes((proto) => add(readName(proto, 8), prefix, scope, (name) => readTensorProto(file, name, proto))),
      15: bytes((sparse) => {
        let values: Uint8Array = new Uint8Array(0);
        readMessage(sparse, { 1: bytes((proto) => (values = proto)) });
        add(readName(values, 8), prefix, scope, () => ({ unreadable: "a sparse tensor" }));
      }),
    });
    let index = 0;
    readMessage(graph, { 1: bytes((node) => readNode(node, index++, prefix, scope, depth)) });
  }

  function readNode(node: Uint8Array, index: number, prefix: string, scope: Scope, depth: number): void {
    const inputs: string[] = [];
    const outputs: string[] = [];
    let name = "";
    let opType = "";
    const count = (): void => {
      if (++names > maxNames) throw refuse(`at most ${maxNames} inputs and outputs of nodes`, "more");
    };
    readMessage(node, {
      1: text((input) => (count(), void inputs.push(resolve(scope, input)))),
      2: text((output) => (count(), void outputs.push(output))),
      3: text((value) => (name = value)),
      4: text((value) => (opType = value)),
    });
    if (opType === "") throw refuse("an op_type for every node", "a node without");
    if (opType !== "Constant") nodes.push({ name, opType, graph: prefix, inputs, outputs });
    if (nodes.length > maxEntries) throw refuse(`at most ${maxEntries} nodes`, "more");

    const eachAttribute = bytes((attribute) => {
      const attributeName = readName(attribute, 1);
      if (opType === "Constant") {
        add(outputs[0] ?? "", prefix, scope, (full) => readConstant(file, full, attributeName, attribute));
        return;
      }
      const inside = `${prefix}${opType}_${index}.${attributeName}/`;
      const enter = bytes((graph) => readGraph(graph, inside, scope, depth + 1));
      readMessage(attribute, { 6: enter, 11: enter });
    });
    readMessage(node, { 5: eachAttribute });
  }

  readGraph(model, "", null, 0);
  return { weights, unreadable, nodes };
}

function resolve(scope: Scope | null, name: string): string {
  for (let at = scope; at !== null; at = at.outer) {
    const fullName = at.names.get(name);
    if (fullName !== undefined) return fullName;
  }
  return name;
}

/** A text field of a message, the last one when it is there more than once. */
function readName(message: Uint8Array, field: number): string {
  let name = "";
  readMessage(message, { [field]: text((value) => (name = value)) });
  return name;
}
