import { evaluate, programKey, simplify, trace } from "@fovea/program";
import type { Program, Value } from "@fovea/program";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { FormulaError } from "./formula-error.ts";
import { formatFormula } from "./format-formula.ts";
import { parseFormula } from "./parse-formula.ts";

const tables = {
  slopes: [0.5, 0.25, 0.125],
  bias: [
    [1, 2],
    [3, 4],
  ],
  next: Int32Array.of(2, 0, 1),
  loud: [true, false, true],
};

// written as they are printed
test.each([
  "score - slopes[head] * (query - key)",
  "key <= query and query - key < 64",
  "key % 2 == 0 ? score : -Infinity",
  "50 * tanh(score / 50)",
  "score * 2 ^ -head",
  "(score + 1) * 2 - (3 - score)",
  "score - (1 - (2 - score))",
  "score / (2 * score) * 3",
  "(score ^ 2) ^ 3 + score ^ 2 ^ 3",
  "(-score) ^ 2 + -score ^ 2",
  "-(score + 1)",
  "not (key < query or key == 3) and loud[key]",
  "(key < query) == (key < 3)",
  "(key & 3) == 0",
  "key & 3 | query ^| 1 << 2 + key",
  "(key < query ? 1 : 2) + 3",
  "key < query ? (key < 3 ? 1 : 2) : key < 5 ? 3 : 4",
  "(key < query ? loud[0] : loud[1]) ? 1 : 2",
  "bias[head, div(key, 2) % 2]",
  "slopes[next[key]] + key",
  "key + float(loud[key])",
  "float(key) * query",
  "key < query ? 2.0 : 3",
  "int(score) + int(loud[key])",
  "min(score, key) + max(2.0, key) + abs(-3.5)",
  "exp(key) + log(2) + floor(key / 2)",
  "random(7) + random(7, batch, head, 0, key)",
  "-0.0 * score + 1e-7 + 1e+21",
  "NaN + score",
  "--2147483648 + key",
  "sigmoid(score) + sqrt(score) + sin(score) + cos(score)",
])("%s is printed as it was written", (text) => {
  expect(formatFormula(parseFormula(text, { tables }))).toBe(text);
});

test.each([
  ["((score)) + (2 * key)", "score + 2 * key"],
  ["score+2.0", "score + 2"],
  ["float(key) + score", "key + score"],
  ["key > query", "query < key"],
  ["1 < key < 4", "1 < key and key < 4"],
  ["pow(score, 2)", "score ^ 2"],
  ["if(key >= 3, 1, 2)", "3 <= key ? 1 : 2"],
  ["~key", "key ^| -1"],
  ["query mod 3", "query % 3"],
  ["+score", "score"],
])("%s is printed as %s", (text, printed) => {
  expect(formatFormula(parseFormula(text))).toBe(printed);
});

/** `x -> f(x)` over and over, from the score. */
function repeated(times: number, step: (value: Value) => Value): Program {
  return trace(({ score }) => {
    let value = score;
    for (let time = 0; time < times; time++) value = step(value);
    return value;
  });
}

const doubled = (value: Value): Value => value.multiply(value.add(1));

test("a shared part is written at each use, and a program that grows too long that way is refused", () => {
  expect(formatFormula(repeated(2, doubled))).toBe("score * (score + 1) * (score * (score + 1) + 1)");
  expect(() => formatFormula(repeated(30, doubled))).toThrow(FormulaError);
  expect(() => formatFormula(repeated(1000, doubled))).toThrow(/more than 4096 characters/);
});

test("what nobody reads does not count", () => {
  expect(formatFormula({ ...repeated(100, doubled), result: 0 })).toBe("score");
});

test("a program nested deeper than a formula may be is refused", () => {
  expect(() => formatFormula(repeated(70, (value) => value.exp()))).toThrow(/nested deeper than 64 levels/);
});

/** `(a + b)`, or `((a) + (b))`. */
function infix(
  left: fc.Arbitrary<string>,
  signs: readonly string[],
  right: fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  return fc
    .tuple(left, fc.constantFrom(...signs), right, fc.boolean())
    .map(([a, sign, b, group]) => (group ? `((${a}) ${sign} (${b}))` : `(${a} ${sign} ${b})`));
}

/** `(f(a, b))`, also for signs, which bind less tightly than a call. */
function call(names: readonly string[], ...args: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...names), ...args).map(([name, ...given]) => `(${name}(${given.join(", ")}))`);
}

/** Formulas of every operator and type. */
const formulas = fc.letrec<{ number: string; int: string; bool: string }>((tie) => {
  const [number, int, bool] = [tie("number"), tie("int"), tie("bool")];
  const choice = (value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.tuple(bool, value, value).map(([condition, a, b]) => `(${condition} ? ${a} : ${b})`);
  const leafInt = fc.constantFrom("query", "key", "head", "batch", "3", "0", "-2", "next[head]", "2147483647");
  return {
    int: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leafInt,
      infix(int, ["+", "-", "*", "%", "&", "|", "^|", "<<", ">>"], int),
      call(["div", "min", "max"], int, int),
      call(["abs", "-", "~", "+", "int"], int),
      call(["int"], number),
      call(["int"], bool),
      choice(int),
      int.map((index) => `next[${index}]`),
    ),
    number: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(leafInt, fc.constantFrom("score", "2.5", "-0.0", "1.0", "Infinity", "pi", "slopes[head]", "4294967296")),
      infix(fc.oneof(number, int), ["+", "-", "*", "/", "%", "^"], fc.oneof(number, int)),
      call(["min", "max", "pow"], number, fc.oneof(number, int)),
      call(["abs", "-", "floor", "exp", "log", "sqrt", "tanh", "sigmoid", "sin", "cos", "float"], number),
      call(["float"], bool),
      call(["random"], int),
      choice(fc.oneof(number, int)),
      fc.tuple(int, int).map(([i, j]) => `bias[${i}, ${j}]`),
    ),
    bool: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom("true", "false", "loud[key]"),
      infix(fc.oneof(number, int), ["<", "<=", ">", ">=", "==", "!="], fc.oneof(number, int)),
      infix(bool, ["and", "or", "==", "!="], bool),
      call(["not"], bool),
      choice(bool),
      fc.tuple(int, int, number).map(([a, b, c]) => `(${a} < ${b} <= ${c})`),
    ),
  };
});

const places = [
  { score: 1.5, batch: 0, head: 1, query: 3, key: 2, queries: 4, keys: 4 },
  { score: -0.25, batch: 1, head: 2, query: 0, key: 5, queries: 4, keys: 4 },
];

test("printing and parsing are inverse: the same program, the same numbers", () => {
  fc.assert(
    fc.property(fc.oneof(formulas.number, formulas.int, formulas.bool), (text) => {
      const program = parseFormula(text, { tables });
      const printed = formatFormula(program);
      const again = parseFormula(printed, { tables });
      expect(programKey(simplify(again))).toBe(programKey(simplify(program)));
      for (const place of places) expect(evaluate(again, place)).toBe(evaluate(program, place));
    }),
    { numRuns: 1000 },
  );
});
