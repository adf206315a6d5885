import { FormulaError } from "./formula-error.ts";
import { endsValue, type Source, type Token } from "./tokenize.ts";

/** Deepest nesting: brackets, conditionals and the operators that nest to the right (`^`, signs, `not`) together.
 *  It bounds the parser's recursion, about 25 calls a level. */
const maximumDepth = 64;

/** Most values and operators in a formula. It bounds every walk over the tree, whose left side may be this deep. */
const maximumNodes = 1000;

/** What is open at one level of brackets. */
interface Frame {
  readonly bracket: Token | undefined;
  /** Whether nothing may stand in the brackets: those of a call or an index. */
  readonly mayBeEmpty: boolean;
  readonly depth: number;
  /** Conditionals begun at this level: what follows them nests in them. */
  conditionals: number;
  /** Conditionals that still wait for their ":". */
  waiting: number;
  /** Length of the current run of powers, signs and `not`. */
  run: number;
}

/** Operators that may stand where a value is due; those of `onlySigns` may stand nowhere else. */
const signs: ReadonlySet<string> = new Set(["+", "-", "~", "not"]);
const onlySigns: ReadonlySet<string> = new Set(["~", "not"]);

const needsSign = "a product needs its sign: write * before this.";

/** Refuses, before any recursion, what a formula never holds: values and operators out of turn, products without `*`, brackets that do not
 *  match, ranges, matrices, and more depth or nodes than the bounds.
 *  @throws {FormulaError} */
export function checkTokens({ text, tokens }: Source): void {
  const refuse = (problem: string, at: number): never => {
    throw new FormulaError(`formula: ${problem}`, text, at);
  };
  if (tokens.length === 0) refuse("expected an expression, got nothing.", 0);
  const frames: Frame[] = [{ bracket: undefined, mayBeEmpty: false, depth: 0, conditionals: 0, waiting: 0, run: 0 }];
  let nodes = 0;
  tokens.forEach((token, index) => {
    const frame = frames[frames.length - 1];
    const previous = index > 0 ? tokens[index - 1] : undefined;
    const problem = problemWith(token, previous, frame);
    if (problem !== undefined) refuse(problem, token.start);
    if (token.kind === "open") frames.push(openFrame(token, previous, frame));
    else if (token.kind === "close") frames.pop();
    else if (token.kind === "comma") frame.conditionals = frame.run = 0;
    else nodes += 1;
    if (token.kind === "operator") nest(frame, token, previous);
    if (nodes > maximumNodes)
      refuse(`at most ${maximumNodes} values and operators. Use trace, or a table.`, token.start);
    if (depthOf(frames[frames.length - 1]) > maximumDepth)
      refuse(`nested deeper than ${maximumDepth} levels.`, token.start);
  });
  const { bracket, waiting } = frames[frames.length - 1];
  if (bracket !== undefined) refuse(`this "${bracket.text}" is never closed.`, bracket.start);
  if (!endsValue(tokens.at(-1))) refuse("expected a value, got the end.", text.trimEnd().length);
  if (waiting > 0) refuse(`a conditional is "condition ? a : b": expected ":", got the end.`, text.trimEnd().length);
}

/** What is wrong with a word in its place. */
function problemWith(token: Token, previous: Token | undefined, frame: Frame): string | undefined {
  const afterValue = endsValue(previous);
  const valueDue = `expected a value, got "${token.text}".`;
  switch (token.kind) {
    case "number":
    case "name":
    case "hole":
      return afterValue ? needsSign : undefined;
    case "open":
      if (token.text === "(") return afterValue && previous?.kind !== "name" ? needsSign : undefined;
      if (previous?.kind === "name" || previous?.kind === "hole") return undefined;
      return afterValue ? "only a table can be indexed." : "formulas have no matrices; [ follows the name of a table.";
    case "close":
    case "comma": {
      const expected = frame.bracket === undefined ? undefined : frame.bracket.text === "(" ? ")" : "]";
      if (token.kind === "comma" && !frame.mayBeEmpty)
        return "a comma stands between arguments of a function or indices of a table.";
      if (token.kind === "close" && expected === undefined) return `nothing opens this "${token.text}".`;
      const isEmpty = token.kind === "close" && frame.mayBeEmpty && previous === frame.bracket;
      if (!afterValue && !isEmpty) return valueDue;
      if (token.kind === "close" && token.text !== expected) return `expected "${expected}", got "${token.text}".`;
      return frame.waiting > 0 ? `a conditional is "condition ? a : b": expected ":", got "${token.text}".` : undefined;
    }
    case "operator":
      if (token.text === ":" && frame.waiting === 0)
        return `formulas have no ranges; ":" belongs to "condition ? a : b".`;
      if (afterValue ? onlySigns.has(token.text) : !signs.has(token.text)) {
        return afterValue ? `expected an operator between two values, got "${token.text}".` : valueDue;
      }
      return token.text === "?" && frame.waiting > 0 ? "put a conditional between ? and : in parentheses." : undefined;
  }
}

function openFrame(bracket: Token, previous: Token | undefined, outer: Frame): Frame {
  return { bracket, mayBeEmpty: endsValue(previous), depth: depthOf(outer) + 1, conditionals: 0, waiting: 0, run: 0 };
}

function depthOf({ depth, conditionals, run }: Frame): number {
  return depth + conditionals + run;
}

/** Powers and signs nest to the right until another operator comes; what follows a "?" stays in its conditional. */
function nest(frame: Frame, token: Token, previous: Token | undefined): void {
  if (token.text === "^" || !endsValue(previous)) {
    frame.run += 1;
    return;
  }
  frame.run = 0;
  if (token.text === "?") {
    frame.conditionals += 1;
    frame.waiting += 1;
  } else if (token.text === ":") {
    frame.waiting -= 1;
  }
}
