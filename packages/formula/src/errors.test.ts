import { expect, test } from "vitest";
import { FormulaError } from "./formula-error.ts";
import { parseFormula, type FormulaOptions } from "./parse-formula.ts";

function errorOf(text: string, options?: FormulaOptions): FormulaError {
  try {
    parseFormula(text, options);
  } catch (error) {
    if (error instanceof FormulaError) return error;
    throw error;
  }
  throw new Error(`${text} was not refused`);
}

const tables = { slopes: [1, 2], bias: [[1, 2]], ids: Int32Array.of(1), loud: [true] };

// ▸ stands before the culprit and is no part of the formula
test.each([
  // names
  ["score + ▸slop", 'unknown name "slop"'],
  ["score + score + ▸scroe + score", 'did you mean "score"'],
  ["score - ▸q * 2", 'did you mean "query"'],
  ["score - ▸slope[head] * slopes[head]", 'unknown table "slope"; did you mean "slopes"?'],
  ["exp(score) + ▸epx(score)", 'unknown function "epx"; did you mean "exp"?'],
  ["score + ▸exp", "exp is a function"],
  ["▸slopes(1)", "slopes is a table. Write slopes[…]"],
  ["▸score(1)", "score is no function"],
  ["▸slopes", "slopes takes 1 ind"],
  ["slopes[head] + ▸slopes[head, key]", "takes 1 ind"],
  ["bias[0, 0] + ▸bias[0]", "Write bias[i, j]"],
  ["▸and true", 'expected a value, got "and"'],
  ["score > 0 and ▸or true", 'expected a value, got "or"'],
  ["▸constructor[0]", "unknown table"],
  ["▸__proto__", "unknown name"],
  ["▸toString()", "unknown function"],
  // types
  ["slopes[▸score]", "an index of slopes takes ints, got float. Write int(…)"],
  ["slopes[head] + slopes[▸head / 2]", "got float"],
  ["slopes[▸score % 2]", "got float"],
  ["head + ▸(key < query)", '"+" takes numbers, got bool'],
  ["key < query and ▸key", '"and" takes bools, got int. Compare it'],
  ["key < 1 and key < 2 and ▸(key)", '"and" takes bools'],
  ["not ▸key == 2", "It binds tightly"],
  ["query & ▸1 == 0", "Comparisons bind tighter"],
  ["▸score ? 1 : 2", "a condition takes bools, got float"],
  ["true ? 1 : ▸false", "two numbers or two bools"],
  ["1 << ▸score", '"<<" takes ints, got float'],
  ["~▸score", '"~" takes ints, got float'],
  ["-▸loud[head]", '"-" takes numbers, got bool'],
  ["exp(▸loud[head])", "exp takes numbers, got bool"],
  ["random(▸score)", "random takes ints"],
  ["div(query, ▸score)", "div takes ints, got float"],
  ["key < 5 < ▸loud[0]", '"<" takes numbers, got bool'],
  ["▸min(1)", "min takes 2 arguments, got 1"],
  ["▸exp()", "exp takes 1 argument, got 0"],
  ["▸random(1, 2)", "random takes 1 or 5 arguments, got 2"],
  // words
  ["score + 2 ▸score", "a product needs its sign"],
  ["2▸score", "a product needs its sign"],
  ["1.2▸.3", "a product needs its sign"],
  ["(score)▸(score)", "a product needs its sign"],
  ["score ▸exp(1)", "a product needs its sign"],
  ["score ▸= 1", "write == to compare"],
  ["f(x) ▸= x", "write == to compare"],
  ["score ▸&& true", "write and"],
  ["score ▸** 2", "write ^"],
  ["score ▸// 2", "write div(a, b)"],
  ["▸!true", "write not"],
  ["score▸!", "write not"],
  ["score▸.length", "no properties"],
  ["score▸'", "no strings"],
  ['▸"text"', "no strings"],
  ["score▸; key", "one expression"],
  ["▸{a: 1}", "no objects"],
  ["score ▸.* 2", "cannot read"],
  ["score ▸?? 2", "cannot read"],
  ["score ▸# why", "cannot read"],
  ["score ▸>>> 2", "write >>"],
  ["score ▸≤ 2", "write <="],
  ["▸😀 + 1", "cannot read"],
  ["score + ▸$x", "cannot read"],
  ["1 + ▸1e999", "too large"],
  // brackets and structure
  ["(score + ▸(key", "never closed"],
  ["score + key▸)", "nothing opens"],
  ["(score▸]", 'expected ")", got "]"'],
  ["▸[1, 2]", "no matrices"],
  ["(slopes)▸[0]", "only a table can be indexed"],
  ["slopes[0]▸[0]", "only a table can be indexed"],
  ["slopes[0▸:1]", "no ranges"],
  ["slopes[▸:]", "no ranges"],
  ["score▸, key", "a comma stands between"],
  ["true ? true ▸? 1 : 2 : 3", "in parentheses"],
  ["(true ? 1▸)", 'expected ":"'],
  ["true ? ▸: 2", 'expected a value, got ":"'],
  ["score +▸ ", "expected a value, got the end"],
  ["score + ▸* 2", 'expected a value, got "*"'],
  ["min(score, ▸)", 'expected a value, got ")"'],
  ["score ▸not key", "expected an operator"],
  ["▸% 2", 'expected a value, got "%"'],
  ["score + (▸)", 'expected a value, got ")"'],
  ["true ? 1▸", 'expected ":", got the end'],
  ["score ▸to key", "a product needs its sign"],
  ["▸   ", "expected an expression"],
  ["(score▸, key)", "a comma stands between"],
])("%s", (marked, problem) => {
  const text = marked.replace("▸", "");
  const error = errorOf(text, { tables });
  expect(error.message).toContain(problem);
  expect(error.text).toBe(text);
  expect(error.position).toBe(marked.indexOf("▸"));
});

test("the message ends with the formula and a caret below the culprit", () => {
  expect(errorOf("score - slop * (query - key)").message).toBe(
    'formula: unknown name "slop". Formulas know score, batch, head, query, key, queries, keys, probability and their tables.\n' +
      "  score - slop * (query - key)\n" +
      "          ^",
  );
});

test("of a long or broken formula, the message shows the part around the culprit", () => {
  const long = `${"score + ".repeat(40)}bad${" + score".repeat(40)}`;
  const [, line, caret] = errorOf(long).message.split("\n");
  expect(line.length).toBeLessThan(110);
  expect(line.slice(caret.indexOf("^"))).toMatch(/^bad \+ score/);
  expect(errorOf("score +\n  bad * 2\n  + 1").message.split("\n").slice(1)).toEqual(["    bad * 2", "    ^"]);
});

test("characters that would disturb a terminal are not repeated", () => {
  const error = errorOf("score + \u001b[31m\u202e");
  expect(error.message).not.toContain("\u001b");
  expect(error.message).not.toContain("\u202e");
  expect(error.position).toBe(8);
});

test("a result of the wrong type is refused", () => {
  expect(errorOf("score + 1", { kind: "mask" }).message).toContain("a mask gives bool, this gives float");
  expect(errorOf("key < 1", { kind: "score" }).message).toContain("condition ? score : -Infinity");
});

test("values that are no table are refused where they are read", () => {
  const ragged = errorOf("score + bad[0]", { tables: { bad: [[1, 2], [3]] } });
  expect(ragged.message).toContain("bad is no table");
  expect(ragged.position).toBe(8);
});

test("text is asked for", () => {
  expect(() => Reflect.apply(parseFormula, undefined, [42])).toThrow(FormulaError);
});

test("a kind that there is not is no licence to give anything", () => {
  expect(errorOf("score", { kind: "Mask" as "mask" }).message).toContain("one of score, mask, probability, got Mask");
});

test.each<[unknown, string]>([
  [null, "expected tables by their names, got null"],
  ["slopes", "expected tables by their names, got slopes"],
  [{ slopes: null }, "expected a table in tables at slopes, got null"],
  [{ unread: undefined }, "expected a table in tables at unread, got undefined"],
  [[null], "expected a table in tables at 0, got null"],
  [[{ type: "float", rank: 1 }], "expected a table in tables at 0, got one without a name"],
])("tables %o are refused in a sentence", (wrong, problem) => {
  const options = { tables: wrong } as FormulaOptions;
  expect(errorOf("score - slopes[head]", options).message).toContain(problem);
  expect(errorOf("score", options).message).toContain(problem);
});
