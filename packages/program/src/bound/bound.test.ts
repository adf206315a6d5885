import { randomGenerator, tensor } from "@fovea/tensor";
import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { bound, createBounder, prepareTables } from "./bound.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { inputs } from "../ir/inputs.ts";
import { anyFloat, contains, interval, point } from "./interval.ts";
import type { Interval } from "./interval.ts";
import { inputTypes } from "../ir/operations.ts";
import type { Input } from "../ir/operations.ts";
import { print } from "../ir/print.ts";
import { ProgramError } from "../ir/program-error.ts";
import { recordOf } from "../ir/record-of.ts";
import { randomInputs, randomProgram } from "../random-program.ts";
import { trace } from "../write/trace.ts";

const always = interval(1, 1);
const never = interval(0, 0);
const perhaps = interval(0, 1);

/** A box around two places; a NaN makes it everything. */
function boxAround(a: Record<Input, number>, b: Record<Input, number>): Record<Input, Interval> {
  return recordOf(inputs, (input): Interval => {
    const [low, high] = [Math.min(a[input], b[input]), Math.max(a[input], b[input])];
    return Number.isNaN(low) ? anyFloat : interval(low, high);
  });
}

/** A place in a box, most of them not at its ends. */
function placeIn(box: Record<Input, Interval>, next: () => number): Record<Input, number> {
  return recordOf(inputs, (input): number => {
    const isFloat = inputTypes[input] === "float";
    const low = isFloat ? Math.min(Math.max(box[input].low, -9), box[input].high) : box[input].low;
    const high = isFloat ? Math.max(Math.min(box[input].high, 9), low) : box[input].high;
    const inside = low === high ? low : low + next() * (high - low);
    return isFloat ? inside : Math.floor(inside);
  });
}

test("bound contains evaluate, for random programs, boxes and places in them", () => {
  const holds = property(integer(), (seed) => {
    const { next } = randomGenerator(seed);
    const program = randomProgram(next);
    const ends = [randomInputs(next), randomInputs(next)] as const;
    const box = boxAround(...ends);
    const range = bound(program, box);
    const places = [...ends, ...Array.from({ length: 10 }, () => placeIn(box, next))];
    for (const place of places) {
      const value = Number(evaluate(program, place));
      expect(contains(range, value), `${print(program)}\n${value} not in ${range.low}..${range.high}`).toBe(true);
    }
  });
  assert(holds, { numRuns: 500 });
});

test("a box of one place gives what evaluate gives", () => {
  const holds = property(integer(), (seed) => {
    const { next } = randomGenerator(seed);
    const program = randomProgram(next, {
      operations: [
        "add",
        "multiply",
        "exp",
        "less",
        "floorDivide",
        "remainder",
        "select",
        "toFloat",
        "bitXor",
        "random",
      ],
      specials: false,
    });
    const place = randomInputs(next, false);
    const value = Number(evaluate(program, place));
    expect(bound(program, place)).toEqual(point(value));
  });
  assert(holds, { numRuns: 300 });
});

test("a causal mask of blocks is always, perhaps or never", () => {
  const ask = createBounder(trace(({ query, key }) => key.lessEqual(query)));
  const queries = interval(128, 255);
  expect(ask({ query: queries, key: interval(0, 127) })).toEqual(always);
  expect(ask({ query: queries, key: interval(128, 255) })).toEqual(perhaps);
  expect(ask({ query: queries, key: interval(256, 383) })).toEqual(never);
});

test("a window is never where no distance in the block fits", () => {
  const window = trace(({ query, key, and }) => and(key.lessEqual(query), query.subtract(key).lessEqual(64)));
  // distances 128 - 63 = 65 and more
  expect(bound(window, { query: interval(128, 191), key: interval(0, 63) })).toEqual(never);
  expect(bound(window, { query: interval(128, 191), key: interval(0, 64) })).toEqual(perhaps);
});

test("documents enter by the range of their ids", () => {
  const ids = new Int32Array([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2]);
  const same = trace(({ query, key, table }) => {
    const document = table("document", ids);
    return document.at(query).equal(document.at(key));
  });
  const ask = createBounder(same, prepareTables(same));
  expect(ask({ query: interval(0, 3), key: interval(0, 3) })).toEqual(always);
  expect(ask({ query: interval(0, 3), key: interval(4, 7) })).toEqual(never);
  expect(ask({ query: interval(4, 7), key: interval(8, 11) })).toEqual(perhaps);
});

test("quotients and remainders over a block are exact", () => {
  const tile = trace(({ query }) => query.floorDivide(8));
  const column = trace(({ query }) => query.remainder(8));
  expect(bound(tile, { query: interval(-9, 15) })).toEqual(interval(-2, 1));
  expect(bound(column, { query: interval(18, 21) })).toEqual(interval(2, 5));
  expect(bound(column, { query: interval(22, 25) })).toEqual(interval(0, 7));
  expect(bound(column, { query: interval(0, 5) })).toEqual(interval(0, 5));
});

test("ints that all wrap stay a range, ints of which some wrap may be anything", () => {
  const next = trace(({ query }) => query.add(2147483647));
  expect(bound(next, { query: interval(1, 3) })).toEqual(interval(-2147483648, -2147483646));
  expect(bound(next, { query: interval(0, 3) })).toEqual(interval(-2147483648, 2147483647));
});

test("select joins only the sides that can be reached", () => {
  const program = trace(({ query, select }) => select(query.less(10), 1, 5));
  expect(bound(program, { query: interval(0, 9) })).toEqual(interval(1, 1));
  expect(bound(program, { query: interval(0, 10) })).toEqual(interval(1, 5));
});

test("NaN is said where it can be", () => {
  const root = trace(({ score }) => score.sqrt());
  expect(bound(root, { score: interval(4, 9) })).toEqual(interval(2, 3));
  expect(bound(root, { score: interval(-1, 9) })).toEqual(interval(0, 3, true));
  const table = trace(({ key, table }) => table("t", [1, NaN, 2]).at(key));
  expect(bound(table, { key: interval(0, 2) })).toEqual(interval(1, 2, true));
});

test("an input that is left out may be anything", () => {
  expect(
    bound(
      trace(({ key }) => key.bitAnd(7)),
      {},
    ),
  ).toEqual(interval(0, 7));
});

test("boxes that are no ranges are refused", () => {
  const program = trace(({ query }) => query);
  expect(() => bound(program, { query: interval(2, 1) })).toThrow(ProgramError);
  expect(() => bound(program, { query: 0.5 })).toThrow("bound: query must be a range of ints, got 0.5..0.5.");
  expect(() => bound(program, { query: interval(0, NaN) })).toThrow(ProgramError);
});

test("a table without values cannot be prepared", () => {
  const program = trace(({ key, table }) => table("t", { type: "int", rank: 1 }).at(key));
  expect(() => prepareTables(program)).toThrow("table t has no values");
  expect(bound(program, { key: 0 }, prepareTables(program, { t: tensor(new Int32Array([3])) }))).toEqual(
    interval(3, 3),
  );
});
