import {
  isAccessorNode,
  isConditionalNode,
  isFunctionNode,
  isOperatorNode,
  isParenthesisNode,
  isRelationalNode,
  isSymbolNode,
} from "mathjs/number";
import type { MathNode } from "mathjs/number";
import { FormulaError } from "./formula-error.ts";
import { parseNode, tokenIndex } from "./parse-node.ts";
import type { Source, Token } from "./tokenize.ts";

/** Where a node stands: its first and last word, parentheses included. */
interface Span {
  readonly first: number;
  readonly last: number;
}

/** A formula as a tree. `token` is the word that says what the node is: a name, number or interpolated value, an operator
 *  ("?" for a conditional), a table, or a function. */
export type Syntax = Span &
  (
    | { readonly kind: "value"; readonly token: Token }
    | { readonly kind: "operator" | "call" | "index"; readonly token: Token; readonly args: readonly Syntax[] }
    | { readonly kind: "chain"; readonly tokens: readonly Token[]; readonly args: readonly Syntax[] }
  );

/** Reads the tree out of mathjs's nodes, of which only these kinds are let through.
 *  @throws {FormulaError} */
export function readSyntax(source: Source): Syntax {
  const { text, tokens } = source;
  const read = (node: MathNode): Syntax => {
    if (isParenthesisNode(node)) {
      const inner = read(node.content);
      return { ...inner, first: inner.first - 1, last: inner.last + 1 };
    }
    if (isSymbolNode(node)) {
      const first = tokenIndex(node.name);
      return { kind: "value", token: tokens[first], first, last: first };
    }
    if (isFunctionNode(node) && isSymbolNode(node.fn)) return readBracket("call", node.fn, node.args);
    if (isAccessorNode(node) && isSymbolNode(node.object))
      return readBracket("index", node.object, node.index.dimensions);
    if (isConditionalNode(node)) {
      return readOperator([node.condition, node.trueExpr, node.falseExpr].map(read));
    }
    if (isRelationalNode(node)) {
      const args = node.params.map(read);
      const signs = args.slice(0, -1).map((arg) => tokens[arg.last + 1]);
      return { kind: "chain", tokens: signs, args, first: args[0].first, last: args[args.length - 1].last };
    }
    if (isOperatorNode(node) && !node.implicit) return readOperator(node.args.map(read));
    throw new FormulaError("formula: expected numbers, names, operators, calls and tables.", text, 0);
  };

  const readBracket = (kind: "call" | "index", name: { name: string }, nodes: readonly MathNode[]): Syntax => {
    const first = tokenIndex(name.name);
    const args = nodes.map(read);
    const last = args.length === 0 ? first + 2 : args[args.length - 1].last + 1;
    return { kind, token: tokens[first], args, first, last };
  };

  const readOperator = (args: readonly Syntax[]): Syntax => {
    const last = args[args.length - 1].last;
    const sign = args.length === 1 ? args[0].first - 1 : args[0].last + 1;
    return { kind: "operator", token: tokens[sign], args, first: Math.min(sign, args[0].first), last };
  };

  return read(parseNode(source));
}
