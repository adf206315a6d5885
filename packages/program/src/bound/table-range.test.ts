import { randomGenerator, tensor, transpose } from "@fovea/tensor";
import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { interval, onlyNaN } from "./interval.ts";
import type { Interval } from "./interval.ts";
import { readElement } from "../evaluate/read-element.ts";
import { tableRange } from "./table-range.ts";

/** Every index of a box, in order. */
function indicesOf(box: readonly Interval[]): number[][] {
  const [first, ...rest] = box;
  if (first === undefined) return [[]];
  const indices = Array.from({ length: first.high - first.low + 1 }, (_, i) => first.low + i);
  return indices.flatMap((index) => indicesOf(rest).map((tail) => [index].concat(tail)));
}

test("the range over a box is that of its elements, for any shape and box, also outside the table", () => {
  const holds = property(integer(), (seed) => {
    const { next, uniform } = randomGenerator(seed);
    const below = (end: number): number => Math.floor(next() * end);
    const shape = Array.from({ length: 1 + below(3) }, () => 1 + below(21));
    const table = uniform(shape, { low: -50, high: 50, dtype: next() < 0.5 ? "float64" : "int32" });
    const box = shape.map((length) => {
      const low = below(length + 3) - 2;
      return interval(low, low + below(length + 1));
    });
    const elements = indicesOf(box).map((index) => readElement(table, index));
    expect(tableRange(table, undefined, Infinity)(box)).toEqual(interval(Math.min(...elements), Math.max(...elements)));
  });
  assert(holds, { numRuns: 300 });
});

test("a long table is asked through its summaries", () => {
  const ids = Int32Array.from({ length: 100_000 }, (_, i) => Math.floor(i / 1000));
  const ask = tableRange(tensor(ids));
  expect(ask([interval(1999, 5000)])).toEqual(interval(1, 5));
  expect(ask([interval(-5, 99_999)])).toEqual(interval(0, 99));
});

test("a question looks at 1024 cells at most, divided by the axes, and then the range may be too wide but never too narrow", () => {
  const holds = property(integer(), (seed) => {
    const { next, uniform } = randomGenerator(seed);
    const below = (end: number): number => Math.floor(next() * end);
    const rank = 2 + below(7);
    const longest = Math.floor(4000 ** (1 / rank));
    const table = uniform(
      Array.from({ length: rank }, () => 1 + below(longest)),
      { dtype: "float64" },
    );
    const box = table.shape.map((length) => interval(below(length), length - 1));
    const elements = indicesOf(box).map((index) => readElement(table, index));
    let spent = 0;
    const { low, high } = tableRange(table, (work) => (spent = work))(box);
    expect(spent).toBeLessThanOrEqual(1024);
    expect(low).toBeLessThanOrEqual(Math.min(...elements));
    expect(high).toBeGreaterThanOrEqual(Math.max(...elements));
  });
  assert(holds, { numRuns: 300 });
});

const isOn = (query: number, key: number): boolean => query % 128 < 100 && key >= 37;

test("a block of pairs anywhere in a table of two axes is decided exactly", () => {
  const table = tensor(
    Array.from({ length: 512 }, (_, query) => Array.from({ length: 512 }, (_, key) => isOn(query, key))),
  );
  const ask = tableRange(table);
  expect(ask([interval(131, 194), interval(37, 100)])).toEqual(interval(1, 1));
  expect(ask([interval(229, 255), interval(37, 100)])).toEqual(interval(0, 0));
  expect(ask([interval(131, 194), interval(36, 99)])).toEqual(interval(0, 1));
});

test("a view is read in its own order", () => {
  const ask = tableRange(
    transpose(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ),
  );
  expect(ask([interval(1, 2), interval(0, 0)])).toEqual(interval(2, 3));
});

test("bools are 0 and 1", () => {
  const ask = tableRange(tensor([true, true, false]));
  expect(ask([interval(0, 1)])).toEqual(interval(1, 1));
  expect(ask([interval(1, 2)])).toEqual(interval(0, 1));
});

test("NaN is left out of the range and said to be there", () => {
  expect(tableRange(tensor([NaN, -Infinity, 3]))([interval(0, 2)])).toEqual(interval(-Infinity, 3, true));
  expect(tableRange(tensor([NaN, NaN]))([interval(0, 1)])).toEqual(onlyNaN);
});

test("a table of rank 0 has one element, an empty one gives 0", () => {
  expect(tableRange(tensor(5))([])).toEqual(interval(5, 5));
  expect(tableRange(tensor(new Float64Array(0)))([interval(0, 3)])).toEqual(interval(0, 0));
});
