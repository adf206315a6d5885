import { createEvaluator, trace, Value } from "@fovea/program";
import type { Program, Scope } from "@fovea/program";
import { CaseError } from "../case-error.ts";
import { asRecord } from "../decode-tensor.ts";
import type { OnnxGraph, OnnxNode } from "../onnx-case.ts";
import { elementwise } from "./elementwise.ts";
import { asTable, broadcast, broadcastPlaces, clampInt, constantOf, ints, sizeOf } from "./graph-constant.ts";
import type { GraphConstant } from "./graph-constant.ts";
import { nodeAttributes } from "./node-attributes.ts";
import { structural } from "./structural.ts";

/** What a name in a graph stands for: numbers, or an expression over one pair of query and key. */
type GraphValue = GraphConstant | Value;

/** Translates a graph over the whole score matrix, such as score_mod of FlexAttention, into a program about one pair.
 *
 *  What does not depend on the scores is computed here, once, and read by the program as a table (positions, masks, biases of any shape that
 *  broadcasts to the scores). What does must be elementwise.
 *  @param shape of the scores, `[batch, heads, queries, keys]`
 *  @throws {CaseError} naming the node that has no meaning for single pairs */
export function graphToProgram(name: string, graph: OnnxGraph, shape: readonly number[]): Program {
  const { inputs, outputs, nodes } = checkGraph(name, graph);
  return trace(
    (scope) => {
      const known = new Map<string, GraphValue>([[inputs[0], scope.score]]);
      for (const [constant, given] of Object.entries(graph.init ?? {}))
        known.set(constant, constantOf(constant, given));
      for (const node of needed(nodes, outputs[0])) {
        try {
          known.set(node.outputs[0], runNode(scope, node, readInputs(node, known), shape, known.size));
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          throw new CaseError(`${name}: node ${node.op} (${node.outputs.join(", ")}): ${error.message}`);
        }
      }
      const result = known.get(outputs[0]);
      if (result === undefined) throw new CaseError(`${name}: no node gives the output "${outputs[0]}".`);
      return lift(scope, result, "result", shape);
    },
    { result: "float" },
  );
}

const isList = (list: unknown, length: number): boolean => Array.isArray(list) && list.length >= length;

function checkGraph(name: string, graph: OnnxGraph): OnnxGraph {
  const { inputs, outputs, nodes } = asRecord(name, graph);
  if (!isList(inputs, 1) || !isList(outputs, 1) || !isList(nodes, 0) || graph.inputs.length > 1) {
    throw new CaseError(`${name}: expected a graph of one input, one output and a list of nodes.`);
  }
  return graph;
}

function readInputs(node: OnnxNode, known: ReadonlyMap<string, GraphValue>): (GraphValue | null)[] {
  return node.inputs.map((input) => {
    if (input === "") return null;
    const value = known.get(input);
    if (value === undefined) throw new CaseError(`nothing gives its input "${input}".`);
    return value;
  });
}

const isConstant = (value: GraphValue | null): value is GraphConstant | null => !(value instanceof Value);

function runNode(
  scope: Scope,
  { op, attrs = {} }: OnnxNode,
  inputs: readonly (GraphValue | null)[],
  shape: readonly number[],
  serial: number,
): GraphValue {
  const attributes = nodeAttributes(attrs);
  if (op === "Constant") return attributes.constant();
  if (op === "ConstantOfShape") {
    const filler =
      attrs.value === undefined ? { ...ints([0]), kind: "float" as const } : constantOf("value", attrs.value);
    const lengths = inputs[0] && isConstant(inputs[0]) ? Array.from(inputs[0].values) : [];
    return { kind: filler.kind, shape: lengths, values: new Float64Array(sizeOf(lengths)).fill(filler.values[0]) };
  }
  if (op === "Shape") {
    const whole = inputs[0] instanceof Value ? shape : (inputs[0]?.shape ?? []);
    return ints(whole.slice(attributes.number("start", 0), attributes.number("end", whole.length)));
  }
  if (op === "Size" && inputs[0] instanceof Value) return ints([sizeOf(shape)], []);
  if (Object.hasOwn(elementwise, op)) {
    const rule = elementwise[op];
    if (inputs.every(isConstant)) return fold((inner, values) => rule(inner, values, attributes), inputs);
    const values = inputs.map((input, i) => (input === null ? null : lift(scope, input, `c${serial}_${i}`, shape)));
    return rule(scope, values, attributes);
  }
  if (!Object.hasOwn(structural, op)) throw new CaseError("this operator is not known here.");
  if (inputs.every(isConstant)) return structural[op](inputs, attributes);
  // over scores: only where nothing moves
  const [data, ...rest] = inputs;
  if (data instanceof Value && (op === "Reshape" || op === "Expand") && rest.every(isConstant)) {
    const stays = structural[op](
      [{ kind: "float", shape, values: new Float64Array(sizeOf(shape)) }, ...rest],
      attributes,
    );
    if (stays.shape.length === shape.length && stays.shape.every((length, axis) => length === shape[axis])) return data;
  }
  throw new CaseError("it moves or joins scores, which a program about one pair cannot.");
}

/** The nodes that the output needs, in their order: a condition that nobody reads would be refused by the trace. */
function needed(nodes: readonly OnnxNode[], output: string): OnnxNode[] {
  const read = new Set([output]);
  const kept = nodes.toReversed().filter((node) => {
    if (!node.outputs.some((name) => read.has(name))) return false;
    for (const name of node.inputs) read.add(name);
    return true;
  });
  return kept.reverse();
}

/** An elementwise rule over constants: the rule is traced once and evaluated for every element. */
function fold(
  rule: (scope: Scope, inputs: readonly (Value | null)[]) => Value,
  inputs: readonly (GraphConstant | null)[],
): GraphConstant {
  const given = inputs.filter((input) => input !== null);
  const shape = broadcast(given.map((input) => input.shape));
  const program = trace((scope) =>
    rule(
      scope,
      inputs.map((input, i) => {
        if (input === null) return null;
        const places = broadcastPlaces(input.shape, shape);
        const values = Float64Array.from(places, (place) => input.values[place]);
        return scope.table(`c${i}`, asTable({ kind: input.kind, shape: [values.length], values })).at(scope.key);
      }),
    ),
  );
  const evaluate = createEvaluator(program);
  const { type: kind } = program.instructions[program.result];
  return { kind, shape, values: Float64Array.from({ length: sizeOf(shape) }, (_, i) => evaluate(0, 0, 0, 0, i, 0, 0)) };
}

/** A graph value for one pair: a constant becomes a literal, or a table read at the pair's place along the axes it varies on. */
function lift(scope: Scope, value: GraphValue, table: string, scores: readonly number[]): Value {
  if (value instanceof Value) return value;
  const { kind, shape, values } = value;
  if (values.length === 1) {
    if (kind === "bool") return scope.constant(values[0] !== 0);
    return scope.constant(kind === "int" ? clampInt(values[0]) : values[0], kind);
  }
  const full = broadcast([shape, scores]);
  if (full.length !== scores.length || full.some((length, axis) => length !== scores[axis])) {
    throw new CaseError(`a constant [${shape.join(", ")}] does not broadcast to the scores [${scores.join(", ")}].`);
  }
  const places = [scope.batch, scope.head, scope.query, scope.key].slice(scores.length - shape.length);
  return scope.table(table, asTable(value)).at(...places.map((place, axis) => (shape[axis] === 1 ? 0 : place)));
}
