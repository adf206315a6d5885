import { randomGenerator } from "@fovea/tensor";
import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { evaluate } from "../evaluate/evaluate.ts";
import { print } from "../ir/print.ts";
import { ProgramBuilder } from "../ir/program-builder.ts";
import { programKey } from "./program-key.ts";
import { randomInputs, randomProgram } from "../random-program.ts";
import type { Scope } from "../write/scope.ts";
import { simplify } from "./simplify.ts";
import { trace } from "../write/trace.ts";
import type { Liftable } from "../write/value.ts";
import { verify } from "../ir/verify.ts";

function simplified(write: (scope: Scope) => Liftable): string {
  return print(simplify(trace(write)));
}

test("no bit of a result changes, for random programs and inputs", () => {
  const holds = property(integer(), (seed) => {
    const { next } = randomGenerator(seed);
    const program = randomProgram(next);
    const short = simplify(program);
    verify(short);
    expect(short.instructions.length).toBeLessThanOrEqual(program.instructions.length);
    for (let trial = 0; trial < 10; trial++) {
      const place = randomInputs(next);
      const [before, after] = [evaluate(program, place), evaluate(short, place)];
      expect(Object.is(before, after), `${print(program)}\n${print(short)}\n${before}, then ${after}`).toBe(true);
    }
  });
  assert(holds, { numRuns: 500 });
});

test("simplifying twice is simplifying once", () => {
  const holds = property(integer(), (seed) => {
    const short = simplify(randomProgram(randomGenerator(seed).next));
    // a copy, because the simplified program itself is remembered as simple
    expect(print(simplify({ ...short }))).toBe(print(short));
  });
  assert(holds, { numRuns: 300 });
});

test("a frozen program is simplified once, one that may still change every time", () => {
  const program = trace(({ score }) => score.add(score));
  expect(simplify(program)).toBe(simplify(program));
  const open = { ...program, instructions: [...program.instructions] };
  expect(print(simplify(open))).toBe(print(simplify(program)));
  open.result = 0;
  expect(print(simplify(open))).toBe("%0 = score\nreturn %0");
});

test("constants are computed", () => {
  expect(simplified(({ constant }) => constant(2).multiply(3).add(1))).toBe("%0 = 7 : float\nreturn %0");
});

test("floats keep what would differ for NaN, Infinity or -0", () => {
  expect(simplified(({ score }) => score.multiply(0))).toContain("multiply");
  expect(simplified(({ score }) => score.add(0))).toContain("add");
  expect(simplified(({ score }) => score.subtract(score))).toContain("subtract");
  expect(simplified(({ score }) => score.equal(score))).toContain("equal");
  expect(simplified(({ score }) => score.less(0).not())).toContain("not");
});

test("floats lose what never matters", () => {
  for (const same of [
    ({ score }) => score.multiply(1),
    ({ score }) => score.subtract(0),
    ({ score }) => score.add(-0),
    ({ score }) => score.divide(1),
    ({ score }) => score.negate().negate(),
    ({ score }) => score.minimum(Infinity),
    ({ score, select, query }) => select(query.less(3), score, score),
  ] satisfies ((scope: Scope) => Liftable)[]) {
    expect(simplified(same)).toBe("%0 = score\nreturn %0");
  }
});

test("ints follow the rules of whole numbers", () => {
  for (const zero of [
    ({ query }) => query.multiply(0),
    ({ query }) => query.subtract(query),
    ({ query }) => query.remainder(1),
    ({ query }) => query.floorDivide(0),
    ({ query }) => query.bitXor(query),
  ] satisfies ((scope: Scope) => Liftable)[]) {
    expect(simplified(zero)).toBe("%0 = 0 : int\nreturn %0");
  }
  expect(simplified(({ query, key }) => query.less(key).not())).toBe(
    "%0 = key\n%1 = query\n%2 = lessEqual %0 %1 : bool\nreturn %2",
  );
});

test("a bool chosen between bools is logic", () => {
  expect(simplified(({ query, key, select }) => select(query.less(key), key.less(3), false))).toContain("and");
  expect(simplified(({ query, key, select }) => select(query.less(key), true, false))).not.toContain("select");
});

test("ints that were made floats are compared as ints", () => {
  expect(simplified(({ query, key }) => query.toFloat().equal(key.toFloat()))).not.toContain("toFloat");
});

test("equal parts are computed once and unread ones not at all", () => {
  const builder = new ProgramBuilder();
  const [query, key] = [builder.input("query"), builder.input("key")];
  builder.apply("multiply", query, query);
  const program = builder.build(
    builder.apply("bitXor", builder.apply("add", query, key), builder.apply("add", key, query)),
  );
  // the two sums are equal, and x ^ x is 0
  expect(print(simplify(program))).toBe("%0 = 0 : int\nreturn %0");
});

test("the key does not depend on the order of writing, nor on table values", () => {
  const one = trace(({ score, head, query, table }) => {
    const slope = table("slope", [1]).at(head);
    const distance = query.toFloat();
    return score.add(slope.multiply(distance));
  });
  const other = trace(({ score, head, query, table }) => {
    const distance = query.toFloat();
    const slope = table("slope", [2, 3]).at(head);
    return score.add(slope.multiply(distance)).subtract(0);
  });
  expect(programKey(one)).toBe(programKey(other));
  expect(programKey(one)).not.toBe(programKey(trace(({ score }) => score)));
});

test("a constant of -0 has another key than 0", () => {
  expect(programKey(trace(() => -0))).not.toBe(programKey(trace(() => 0)));
});
