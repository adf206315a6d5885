import { trace } from "@fovea/program";
import type { Program, Scope, Type, Value } from "@fovea/program";
import { declareTables, type DeclaredTable } from "./declare-tables.ts";
import { FormulaError } from "./formula-error.ts";
import { makeLiteral, negateLiteral, settle, type Operand } from "./literal.ts";
import type { FormulaKind, Names } from "./names.ts";
import { unknownFunction, unknownName, wrongCount, wrongRank } from "./name-problem.ts";
import type { Syntax } from "./syntax.ts";
import type { Source, Token } from "./tokenize.ts";
import { typeProblem } from "./type-problem.ts";
import {
  arities,
  binaryOperators,
  constants,
  functions,
  inputs,
  takesOfOperation,
  unaryOperators,
  type Method,
  type Takes,
} from "./vocabulary.ts";

/** Makes the program of a formula: resolves names, settles types, writes the casts that a program never implies.
 *  @throws {FormulaError} */
export function compile(source: Source, root: Syntax, names: Names, kind: FormulaKind | undefined): Program {
  return trace((scope) => {
    const tables = declareTables(source, root, names, kind, scope);
    const context: Context = { source, names, scope, tables };
    const result = operand(context, root);
    if (kind === undefined) return settle(scope, result);
    const wanted = kind === "mask" ? "bool" : "float";
    if ((result.type === "bool") !== (wanted === "bool")) {
      const remedy =
        kind === "mask" ? "Compare it, as in score > 0" : "Choose by it, as in condition ? score : -Infinity";
      fail(context, root, `a ${kind} gives ${wanted}, this gives ${result.type}. ${remedy}.`);
    }
    return settle(scope, result, wanted);
  });
}

interface Context {
  readonly source: Source;
  readonly names: Names;
  readonly scope: Scope;
  readonly tables: ReadonlyMap<string, DeclaredTable>;
}

type Branch = Exclude<Syntax, { kind: "value" | "chain" }>;

function fail({ source }: Context, node: Syntax, problem: string): never {
  throw new FormulaError(`formula: ${problem}`, source.text, source.tokens[node.first].start);
}

/** The value of a node, a literal's type still open. */
function operand(context: Context, node: Syntax): Operand {
  switch (node.kind) {
    case "value":
      return named(context, node, node.token);
    case "index":
      return gather(context, node);
    case "chain":
      return chain(context, node);
    case "call":
      return call(context, node);
    case "operator":
      return operator(context, node);
  }
}

function named(context: Context, node: Syntax, token: Token): Operand {
  const { scope, names, tables } = context;
  const { text } = token;
  if (token.kind === "number") {
    const value = Number(text);
    if (value === Infinity) fail(context, node, `the number ${text} is too large. Write Infinity.`);
    return makeLiteral(value, /^(\d+|0x[0-9a-f]+)$/i.test(text));
  }
  const hole = names.holes.get(text);
  if (hole?.kind === "program") return scope.call(hole.program);
  if (hole?.kind === "constant") {
    return typeof hole.value === "boolean"
      ? scope.constant(hole.value)
      : makeLiteral(hole.value, Object.is(hole.value | 0, hole.value));
  }
  const input = inputs.get(text);
  if (input !== undefined) return scope[input];
  const constant = constants.get(text);
  if (constant !== undefined) return scope.constant(constant.value, constant.type);
  const table = tables.get(text);
  if (table === undefined) return fail(context, node, unknownName(context.names, text));
  if (table.rank > 0) fail(context, node, wrongRank(text, table.rank));
  return table.table.at();
}

function gather(context: Context, node: Branch): Operand {
  const { text } = node.token;
  const { table, rank } = context.tables.get(text)!;
  if (rank !== node.args.length) fail(context, node, wrongRank(text, rank, node.args.length));
  return table.at(...coerce(context, node.args, "int", `an index of ${text}`));
}

/** `a <= b < c` is `a <= b and b < c`, where b is compiled once: twice would double with every level of nesting. */
function chain(context: Context, { args, tokens }: Syntax & { kind: "chain" }): Operand {
  const operands = args.map((arg) => operand(context, arg));
  const [first, ...others] = tokens.map(({ text }, index) => {
    return binary(context, text, args.slice(index, index + 2), operands.slice(index, index + 2));
  });
  return context.scope.and(first, ...others);
}

function operator(context: Context, { token: { text }, args }: Branch): Operand {
  if (text === "?") return choose(context, args);
  const operands = args.map((arg) => operand(context, arg));
  if (args.length === 2) return binary(context, text, args, operands);
  const [inner] = operands;
  if (text === "-" && "literal" in inner && inner.literal >= 0) return negateLiteral(inner);
  if (text === "+" && inner.type !== "bool") return inner;
  if (text === "~") return convert(context, args, operands, "int", `"~"`)[0].bitXor(-1);
  const { method, takes } = unaryOperators.get(text === "+" ? "-" : text)!;
  return apply(method, convert(context, args, operands, takes, `"${text}"`));
}

function binary(context: Context, text: string, args: readonly Syntax[], operands: readonly Operand[]): Value {
  const { method, takes } = binaryOperators.get(text)!;
  return apply(method, convert(context, args, operands, takes, `"${text}"`));
}

function apply(method: Method, [first, ...others]: readonly Value[]): Value {
  const methods: Readonly<Record<Method, (...others: readonly Value[]) => Value>> = first;
  return methods[method](...others);
}

function call(context: Context, node: Branch): Operand {
  const { scope } = context;
  const { args, token } = node;
  const { text } = token;
  const op = functions.get(text);
  if (op === undefined) return fail(context, node, unknownFunction(context.names, text));
  const accepted = arities.get(text)!;
  if (!accepted.includes(args.length)) fail(context, node, wrongCount(text, accepted, args.length));
  switch (op) {
    case "select":
      return choose(context, args);
    case "random": {
      const [seed, ...place] = coerce(context, args, "int", "random");
      return scope.random(seed, ...place);
    }
    case "toFloat":
      return settle(scope, operand(context, args[0]), "float");
    case "toInt":
      return settle(scope, operand(context, args[0])).toInt();
    default:
      return apply(op, coerce(context, args, takesOfOperation(op), text));
  }
}

function choose(context: Context, [condition, ...branches]: readonly Syntax[]): Value {
  const [chosen] = coerce(context, [condition], "bool", "a condition");
  const [a, b] = coerce(context, branches, "same", "a conditional");
  return chosen.select(a, b);
}

function coerce(context: Context, nodes: readonly Syntax[], takes: Takes, who: string): readonly Value[] {
  return convert(
    context,
    nodes,
    nodes.map((node) => operand(context, node)),
    takes,
    who,
  );
}

/** Gives operands the types that `who` takes: ints become floats where floats are needed, nothing else is converted. */
function convert(
  context: Context,
  nodes: readonly Syntax[],
  operands: readonly Operand[],
  takes: Takes,
  who: string,
): readonly Value[] {
  const allowed: readonly Type[] = takes === "int" || takes === "bool" ? [takes] : ["int", "float"];
  const bools = takes === "same" && operands.every(({ type }) => type === "bool");
  operands.forEach(({ type }, index) => {
    if (bools || allowed.includes(type)) return;
    fail(context, nodes[index], typeProblem(who, takes, type));
  });
  const floats = takes === "float" || (allowed.length === 2 && !bools && operands.some(({ type }) => type === "float"));
  return operands.map((value) => settle(context.scope, value, floats ? "float" : value.type));
}
