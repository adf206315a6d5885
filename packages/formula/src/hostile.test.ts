import * as fc from "fast-check";
import { expect, test } from "vitest";
import { FormulaError } from "./formula-error.ts";
import { parseFormula } from "./parse-formula.ts";
import { toLatex } from "./to-latex.ts";

/** What comes of a text: a program, or the error that refuses it. Any other error passes through. */
function outcome(text: string, options = {}): "program" | FormulaError {
  try {
    parseFormula(text, options);
    return "program";
  } catch (error) {
    if (error instanceof FormulaError) return error;
    throw error;
  }
}

const refused = (text: string, options = {}): boolean => outcome(text, options) !== "program";

const prototypeNames = Object.getOwnPropertyNames(Object.prototype);

/** Names that JavaScript or mathjs might answer to. */
const dangerous = `prototype eval Function globalThis process import require parse evaluate compile simplify derivative
  i end null undefined cm inch in to xor version unit createUnit config typed`.split(/\s+/);

test.each([...prototypeNames, ...dangerous])("%s is no name and no function", (name) => {
  expect(refused(name)).toBe(true);
  expect(refused(`${name}(1)`)).toBe(true);
  expect(refused(`score.${name}`)).toBe(true);
  expect(refused(`score + ${name}`)).toBe(true);
});

test.each(prototypeNames)("%s is no table, not even when it is given", (name) => {
  expect(refused(`${name}[0]`)).toBe(true);
  expect(refused(`${name}[0]`, { tables: {} })).toBe(true);
  expect(refused(`${name}[0]`, { tables: Object.fromEntries([[name, [1, 2]]]) })).toBe(true);
});

test.each(["${1}", "t0", "score + t0", "${0}[0]", "t1(2)"])("%s does not reach an interpolated value", (text) => {
  expect(refused(text)).toBe(true);
});

const mathjsOnly = `x = 1 | f(x) = x | score; 1 | [1, 2; 3, 4] | 1:10 | {a: 1} | "a" | 'a' | 5! | score' | 5 cm | 2 score | 50% | 5 %
  | score to key | score in key | 3i | 2 + i | x[end] | x[:] | score ?? 1 | score?.a | score xor key | 1 .* 2 | parse('1')
  | import({}, {}) | x[1](2) | (x)(1) | x.y() | x["constructor"] | f = 1 | # nothing | 0b11 | 0o7 | 0x1.8 | 1e | 1e+`;

test.each(mathjsOnly.split("|").map((text) => text.trim()))("%s, which mathjs reads, is refused", (text) => {
  expect(refused(text)).toBe(true);
});

const around = (open: string, close: string, count: number): string => `${open.repeat(count)}1${close.repeat(count)}`;

test.each([
  ["blanks", " ".repeat(4097)],
  ["parentheses", around("(", ")", 2000)],
  ["indices", around("x[", "]", 1300)],
  ["signs", around("-", "", 2000)],
  ["inverted bits", around("~", "", 2000)],
  ["negations", `${"not ".repeat(1000)}true`],
  ["powers", `1${"^1".repeat(2000)}`],
  ["powers of signs", `1${"^-1".repeat(1300)}`],
  ["conditionals", around("true?1:", "", 500)],
  ["a sum", `1${"+1".repeat(2000)}`],
  ["brackets", "[".repeat(4096)],
  ["question marks", "?".repeat(4096)],
])("%s without end are refused before anything recurses", (_, text) => {
  expect(refused(text)).toBe(true);
});

test.each([
  ["parentheses", around("(", ")", 64)],
  ["signs", around("-", "", 64)],
  ["calls", around("exp(", ")", 64)],
  ["powers", around("1 ^ ", "", 64)],
  ["conditionals", around("true ? 1 : ", "", 64)],
  ["signs of parentheses", around("-(", ")", 32)],
  ["conditionals in parentheses", around("true ? 1 : (", ")", 32)],
  ["a sum of 500", `1${" + 1".repeat(499)}`],
  ["a hundred powers side by side", `score ^ 2${" + score ^ 2".repeat(99)}`],
])("%s just inside the bounds are read", (_, text) => {
  expect(outcome(text)).toBe("program");
  expect(toLatex(text).length).toBeGreaterThan(text.length / 2);
});

test("percent signs, which mathjs reads twice each, take no exponential time", () => {
  expect(outcome(around("1 % (", ")", 60))).toBe("program");
});

test("chains in chains are compiled once each", () => {
  expect(parseFormula(around("0 <= int(", " < 2) <= 1", 60)).instructions.length).toBeLessThan(400);
});

const words =
  `score key query head slopes x t1 constructor __proto__ true pi 1 2.5 1e3 0x1 . + - * / ^ % mod < <= == != > and or not
  & | ^| ~ << >> ? : ?. ( ) [ ] , exp( min( if( random( int( x[ ; = ' " { } ! # \${1} in to`.split(/\s+/);

test("whatever the text, the answer is a program or a FormulaError that points into it", () => {
  const word = fc.oneof(fc.constantFrom(...words), fc.constantFrom(" ", "\n"));
  const soup = fc.array(word, { maxLength: 60 });
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.string({ maxLength: 200 }),
    soup.map((parts) => parts.join("")),
    soup.map((parts) => parts.join(" ")),
  );
  const property = fc.property(text, fc.constantFrom({}, { kind: "score" }, { kind: "mask" }), (text, options) => {
    const result = outcome(text, options);
    if (result === "program") return true;
    const isInside = result.position >= 0 && result.position <= text.length;
    return result.text === text && isInside && !result.message.includes("the parser cannot read");
  });
  expect(fc.check(property, { numRuns: 3000 })).toMatchObject({ failed: false, counterexample: null });
});
