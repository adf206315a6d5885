import { FormulaError, printable } from "./formula-error.ts";

/** A word of a formula. `hole` is a value put into a template; its text cannot be written by hand. */
export interface Token {
  readonly kind: "number" | "name" | "hole" | "operator" | "open" | "close" | "comma";
  readonly text: string;
  /** Offset in the formula's text. */
  readonly start: number;
}

/** A formula cut into words. */
export interface Source {
  readonly text: string;
  readonly tokens: readonly Token[];
}

/** Longest formula, in characters. */
export const maximumLength = 4096;

const space = /[ \t\r\n]+/y;
const number = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const operator = /<=|>=|==|!=|<<|>>|\^\||[-+*/^%<>&|~?:]/y;
const refused = /&&|\|\||===|!==|\*\*|\/\/|>>>|=>|\.[*/^]|\?\?|\?\.(?!\d)|[^]/uy;

/** What to write instead of what other languages write. */
const remedies: ReadonlyMap<string, string> = new Map([
  ["&&", "write and"],
  ["||", "write or"],
  ["!", "write not, or != for unequal"],
  ["===", "write =="],
  ["!==", "write !="],
  ["**", "write ^"],
  ["//", "write div(a, b)"],
  [">>>", "write >>"],
  ["=", "formulas assign nothing; write == to compare"],
  [".", "formulas have no properties"],
  ["?.", "formulas have no properties"],
  ['"', "formulas have no strings"],
  ["'", "formulas have no strings"],
  ["`", "formulas have no strings"],
  [";", "a formula is one expression"],
  ["{", "formulas have no objects"],
  ["≤", "write <="],
  ["≥", "write >="],
  ["≠", "write !="],
  ["×", "write *"],
  ["·", "write *"],
  ["−", "write -"],
]);

/** Cuts text into words. `pieces` are the texts around the values put into a template; plain text is one piece.
 *  @throws {FormulaError} on a character that no formula holds, or a text beyond 4096 characters */
export function tokenize(pieces: readonly string[]): Source {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length > maximumLength) {
    throw new FormulaError(`formula: at most ${maximumLength} characters, got ${length}. Split it, or use trace.`);
  }
  const text = pieces.reduce((joined, piece, hole) => `${joined}\${${hole}}${piece}`);
  const tokens: Token[] = [];
  let start = 0;
  pieces.forEach((piece, hole) => {
    if (hole > 0) {
      const token: Token = { kind: "hole", text: `\${${hole}}`, start };
      tokens.push(token);
      start += token.text.length;
    }
    start = readPiece(text, start, start + piece.length, tokens);
  });
  return { text, tokens };
}

/** Reads the words of `text` from `start` up to `end`, which it returns. */
function readPiece(text: string, start: number, end: number, tokens: Token[]): number {
  // a word may not run on into the hole after the piece
  const piece = text.slice(0, end);
  const read = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = start;
    return pattern.exec(piece)?.[0];
  };
  while (start < end) {
    const blank = read(space);
    if (blank !== undefined) {
      start += blank.length;
      continue;
    }
    const token = readToken(text, start, tokens.at(-1), read);
    tokens.push(token);
    start += token.text.length;
  }
  return end;
}

type Read = (pattern: RegExp) => string | undefined;

function readToken(text: string, start: number, previous: Token | undefined, read: Read): Token {
  const strange = read(refused)!;
  const found = (kind: Token["kind"], word: string): Token => ({ kind, text: word, start });
  if (strange.length === 1) {
    if ("([".includes(strange)) return found("open", strange);
    if (")]".includes(strange)) return found("close", strange);
    if (strange === ",") return found("comma", strange);
    const digits = read(number);
    if (digits !== undefined) return found("number", digits);
    const letters = read(name);
    if (letters !== undefined)
      return found(isOperatorWord(letters, previous, text[start + letters.length]) ? "operator" : "name", letters);
    const sign = read(operator);
    if (sign !== undefined) return found("operator", sign);
  }
  const remedy = remedies.get(strange) ?? "formulas hold numbers, names, operators and brackets";
  throw new FormulaError(`formula: cannot read "${printable(strange)}"; ${remedy}.`, text, start);
}

const operatorWords: ReadonlySet<string> = new Set(["and", "or", "not", "mod"]);

/** `and`, `or`, `not` and `mod` are operators, unless a value is due and a table has that name or it is the call `mod(a, b)`. */
function isOperatorWord(word: string, previous: Token | undefined, next: string | undefined): boolean {
  const isName = next === "[" || (next === "(" && word === "mod");
  return operatorWords.has(word) && (endsValue(previous) || !isName);
}

/** Whether a value may end with this word. */
export function endsValue(token: Token | undefined): boolean {
  return (
    token !== undefined &&
    (token.kind === "number" || token.kind === "name" || token.kind === "hole" || token.kind === "close")
  );
}
