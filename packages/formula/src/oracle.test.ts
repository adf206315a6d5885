import { createDerivativeEvaluator, evaluate } from "@fovea/program";
import * as fc from "fast-check";
import { derivative, evaluate as mathjs } from "mathjs/number";
import { expect, test } from "vitest";
import { parseFormula } from "./parse-formula.ts";

const place = { score: 0.75, batch: 1, head: 2, query: 7, key: 4, queries: 8, keys: 16 };

/** `a + b`, without parentheses. */
function between(left: fc.Arbitrary<string>, signs: string, right: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(left, fc.constantFrom(...signs.split(" ")), right).map((parts) => parts.join(" "));
}

function grouped(inner: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return inner.map((text) => `(${text})`);
}

function call(names: string, ...args: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...names.split(" ")), ...args)
    .map(([name, ...given]) => `${name}(${given.join(", ")})`);
}

/** Formulas in the part of mathjs's grammar where it means what we mean, written without parentheses wherever that parses. mathjs compares with
 *  a tolerance and its ints do not wrap, so only small ints are compared, and only leaves are shifted. */
const formulas = fc.letrec<{ number: string; int: string; bool: string }>((tie) => {
  const [number, int, bool] = [tie("number"), tie("int"), tie("bool")];
  const leafInt = fc.constantFrom("query", "key", "head", "batch", "3", "0", "5");
  return {
    int: fc.oneof(
      { maxDepth: 4 },
      leafInt,
      between(int, "+ - *", int),
      between(int, "% mod", fc.constantFrom("3", "5", "key")),
      between(grouped(leafInt), "<< >>", leafInt).map((text) => `(${text})`),
      grouped(between(leafInt, "& | ^|", leafInt)),
      grouped(between(between(leafInt, "&", leafInt), "| ^|", between(leafInt, "&", leafInt))),
      fc.tuple(fc.constantFrom("-", "~", "+"), leafInt).map((parts) => parts.join("")),
      call("min max", int, int),
      call("abs", int),
      grouped(fc.tuple(bool, int, int).map(([condition, a, b]) => `${condition} ? ${a} : (${b})`)),
    ),
    number: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom("score", "2.5", "1e-3", "pi", "e", ".5", "key", "head"),
      between(number, "+ - * /", number),
      between(number, "% mod", fc.constantFrom("2.5", "3", "0.7")),
      between(
        fc.constantFrom("score", "1.5", "head"),
        "^",
        fc.constantFrom("2", "-2", "head ^ 2", "-score", "0.5 ^ 2 * 3"),
      ),
      call("exp sqrt log tanh sin cos abs", number),
      call("min max", number, number),
      call("pow", fc.constant("score"), number),
      fc.tuple(fc.constantFrom("-", "+"), number).map((parts) => parts.join("")),
      grouped(fc.tuple(bool, number, number).map(([condition, a, b]) => `${condition} ? ${a} : ${b}`)),
      grouped(number),
      int,
    ),
    bool: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom("true", "false"),
      between(int, "< <= > >= == !=", int),
      between(between(int, "< <=", int), "< <= >", int),
      grouped(between(bool, "and or", bool)),
      between(bool, "and or", bool),
      bool.map((inner) => `not (${inner})`),
    ),
  };
});

function isNear(actual: number, expected: number): boolean {
  const isClose = Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
  return isClose || actual === expected || (Number.isNaN(actual) && Number.isNaN(expected));
}

test("formulas have the values that mathjs gives them", () => {
  const property = fc.property(fc.oneof(formulas.number, formulas.int, formulas.bool), (text) => {
    const expected = Number(mathjs(text, { ...place }));
    // beyond 32 bits our ints wrap and mathjs's do not
    fc.pre(!(Math.abs(expected) > 2 ** 31));
    const actual = Number(evaluate(parseFormula(text), place));
    return isNear(actual, expected);
  });
  // a fixed seed: mathjs rounds in mod and floor what is within 1e-12 of a whole number
  expect(fc.check(property, { numRuns: 3000, seed: 20240817 })).toMatchObject({ failed: false, counterexample: null });
});

/** Smooth formulas of the score and of one element of a table, with arguments that stay where every function is defined. */
const smooth = fc.letrec<{ any: string }>((tie) => {
  const any = tie("any");
  return {
    any: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom("score", "slope", "query", "2.5", "score * slope"),
      between(any, "+ - *", grouped(any)),
      fc.tuple(any, any).map(([a, b]) => `(${a}) / (2 + cos(${b}))`),
      call("tanh sin cos", any),
      call(
        "exp sqrt log",
        any.map((inner) => `1.5 + tanh(${inner})`),
      ),
      fc.tuple(any, fc.constantFrom("2", "3", "-1")).map(([a, power]) => `(2 + sin(${a})) ^ ${power}`),
    ),
  };
});

test("formulas have the derivatives that mathjs gives them, by the score and by a table", () => {
  const slopes = [0.3, -1.2, 0.6];
  const scope = { ...place, slope: slopes[place.head] };
  const property = fc.property(smooth.any, (text) => {
    const program = parseFormula(text.replaceAll("slope", "slopes[head]"), { kind: "score", tables: { slopes } });
    const accumulated = new Float64Array(slopes.length);
    const readsTable = program.tables.length > 0;
    const evaluator = createDerivativeEvaluator(program, undefined, readsTable ? { slopes: accumulated } : {});
    const { score, batch, head, query, key, queries, keys } = place;
    const value = evaluator.evaluate(score, batch, head, query, key, queries, keys);
    evaluator.addTableGradients(1);
    const by = (name: string): number => Number(derivative(text, name, { simplify: false }).evaluate({ ...scope }));
    return (
      isNear(value, Number(mathjs(text, { ...scope }))) &&
      isNear(evaluator.scoreGradient(), by("score")) &&
      isNear(accumulated[head], by("slope"))
    );
  });
  expect(fc.check(property, { numRuns: 500, seed: 20240817 })).toMatchObject({ failed: false, counterexample: null });
});
