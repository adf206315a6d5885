import { expect, test } from "vitest";
import { mergeKeys, mergeRuns, type Run } from "./merge-runs.ts";

/** "ff.p" is two full keys, one that is not seen, and one that is seen by some. */
function runs(keys: string): Run[] {
  return [...keys.matchAll(/f+|p+/g)].map(({ 0: text, index }) => ({
    first: index,
    end: index + text.length,
    full: text.startsWith("f"),
  }));
}

test("what one row of blocks does not see, others may: then it is no longer full", () => {
  expect(mergeRuns([runs("ffpp.."), runs("fffpp.")])).toEqual(runs("ffppp."));
  expect(mergeRuns([runs("ff...."), runs("..ff.p")])).toEqual(runs("pppp.p"));
  expect(mergeRuns([runs(".p.f"), runs(".f.f"), runs(".f.f")])).toEqual(runs(".p.f"));
});

test("rows that see the same stay as they are, and neighbors of one kind become one run", () => {
  expect(mergeRuns([runs("ffpp.f"), runs("ffpp.f")])).toEqual(runs("ffpp.f"));
  const cut = [
    { first: 0, end: 2, full: true },
    { first: 2, end: 5, full: true },
  ];
  expect(mergeRuns([cut])).toEqual(runs("fffff"));
  expect(mergeRuns([[], []])).toEqual([]);
});

test("the keys of all, whoever sees them, from multiples of eight on", () => {
  expect(mergeKeys([runs("ffpp.."), runs("....pf")])).toEqual(runs("pppppp"));
  expect(mergeKeys([[{ first: 11, end: 14, full: true }], [{ first: 15, end: 17, full: true }]])).toEqual([
    { first: 8, end: 17, full: false },
  ]);
  expect(
    mergeKeys([
      [
        { first: 0, end: 8, full: true },
        { first: 17, end: 18, full: true },
      ],
    ]),
  ).toEqual([
    { first: 0, end: 8, full: false },
    { first: 16, end: 18, full: false },
  ]);
});
