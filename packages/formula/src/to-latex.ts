import type { Program } from "@fovea/program";
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
import { formatFormula } from "./format-formula.ts";
import { parseNode, tokenIndex } from "./parse-node.ts";
import { readSyntax } from "./syntax.ts";
import { tokenize, type Token } from "./tokenize.ts";

/** A formula as people print it: `score - slopes[head]` gives `\text{score} - \text{slopes}_{\text{head}}`. Names are not looked up.
 *  @throws {FormulaError} */
export function toLatex(formula: string | Program): string {
  const source = tokenize([typeof formula === "string" ? formula : formatFormula(formula)]);
  // mathjs prints any node; this lets only a formula's nodes through
  readSyntax(source);
  return parseNode(source).toTex({
    handler: (node: MathNode, options: object) => writeNode(node, options, source.tokens),
  });
}

const signs: ReadonlyMap<string, string> = new Map([
  ["*", "\\cdot"],
  ["mod", "\\bmod"],
  ["<=", "\\le"],
  [">=", "\\ge"],
  ["==", "="],
  ["!=", "\\ne"],
  ["and", "\\land"],
  ["or", "\\lor"],
  ["not", "\\lnot"],
  ["~", "{\\sim}"],
  ["&", "\\mathbin{\\&}"],
  ["|", "\\mathbin{|}"],
  ["^|", "\\oplus"],
  ["<<", "\\ll"],
  [">>", "\\gg"],
]);

const comparisons: ReadonlyMap<string, string> = new Map([
  ["smaller", "<"],
  ["smallerEq", "\\le"],
  ["larger", ">"],
  ["largerEq", "\\ge"],
  ["equal", "="],
  ["unequal", "\\ne"],
]);

const symbols: ReadonlyMap<string, string> = new Map([
  ["pi", "\\pi"],
  ["Infinity", "\\infty"],
]);

const sign = (operator: string): string => signs.get(operator) ?? operator;

const brackets = (inner: string): string => `\\left(${inner}\\right)`;

/** Functions with a notation of their own. */
const notations: ReadonlyMap<string, (...args: string[]) => string> = new Map<string, (...args: string[]) => string>([
  ["abs", (x) => `\\left|${x}\\right|`],
  ["floor", (x) => `\\left\\lfloor ${x}\\right\\rfloor`],
  ["div", (a, b) => `\\left\\lfloor\\frac{${a}}{${b}}\\right\\rfloor`],
  ["floorDivide", (a, b) => `\\left\\lfloor\\frac{${a}}{${b}}\\right\\rfloor`],
  ["sqrt", (x) => `\\sqrt{${x}}`],
  ["exp", (x) => `\\exp${brackets(x)}`],
  ["log", (x) => `\\ln${brackets(x)}`],
  ["tanh", (x) => `\\tanh${brackets(x)}`],
  ["sin", (x) => `\\sin${brackets(x)}`],
  ["cos", (x) => `\\cos${brackets(x)}`],
  ["sigmoid", (x) => `\\sigma${brackets(x)}`],
  ["min", (a, b) => `\\min${brackets(`${a}, ${b}`)}`],
  ["max", (a, b) => `\\max${brackets(`${a}, ${b}`)}`],
  ["mod", (a, b) => brackets(`${a} \\bmod ${b}`)],
  ["pow", (a, b) => `{${brackets(a)}}^{${b}}`],
  ["if", cases],
  ["select", cases],
]);

/** Called by mathjs for every node; children print through it too. */
function writeNode(node: MathNode, options: object, tokens: readonly Token[]): string | undefined {
  const write = (child: MathNode): string => child.toTex(options);
  /** Without parentheses, where the notation groups by itself. */
  const bare = (child: MathNode): string => (isParenthesisNode(child) ? bare(child.content) : write(child));

  if (isSymbolNode(node)) return writeWord(tokens[tokenIndex(node.name)]);
  if (isParenthesisNode(node)) return brackets(write(node.content));
  if (isAccessorNode(node)) return `${write(node.object)}_{${node.index.dimensions.map(bare).join(", ")}}`;
  if (isFunctionNode(node) && isSymbolNode(node.fn)) {
    const name = tokens[tokenIndex(node.fn.name)].text;
    const args: string[] = node.args.map(bare);
    const notation = notations.get(name);
    return notation?.length === args.length
      ? notation(...args)
      : `\\operatorname{${escape(name)}}${brackets(args.join(", "))}`;
  }
  if (isConditionalNode(node)) return cases(bare(node.condition), bare(node.trueExpr), bare(node.falseExpr));
  if (isRelationalNode(node)) {
    const [first, ...others] = node.params.map(write);
    return others.reduce(
      (text, other, index) => `${text} ${comparisons.get(node.conditionals[index])} ${other}`,
      first,
    );
  }
  if (isOperatorNode(node)) {
    const operator: string = node.op;
    if (node.args.length === 1) return `${sign(operator)}${operator === "not" ? " " : ""}${write(node.args[0])}`;
    const [left, right] = node.args;
    if (operator === "/") return `\\frac{${bare(left)}}{${bare(right)}}`;
    if (operator === "^") return `{${write(left)}}^{${bare(right)}}`;
    return `${write(left)} ${sign(operator)} ${write(right)}`;
  }
  return undefined;
}

function cases(condition: string, a: string, b: string): string {
  return `\\begin{cases} ${a} & \\text{if } ${condition} \\\\ ${b} & \\text{otherwise} \\end{cases}`;
}

function writeWord({ kind, text }: Token): string {
  if (kind !== "number") return symbols.get(text) ?? (text.length === 1 ? text : `\\text{${escape(text)}}`);
  if (/^0x/i.test(text)) return String(Number(text));
  const [digits, power] = text.toLowerCase().split("e");
  return power === undefined ? digits : `${digits} \\cdot 10^{${Number(power)}}`;
}

const escape = (name: string): string => name.replaceAll("_", "\\_");
