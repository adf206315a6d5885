import { join } from "node:path";
import { expect, test } from "vitest";
import { againstRows } from "./against-rows.ts";
import { rowsOf } from "./rows.ts";

const here = join(import.meta.dirname, "..", "..", "..");

test("every row that is timed gets one rival: its own work, done by the other checkout", () => {
  const rows = rowsOf({ threads: 2 });
  const against = againstRows(rows, here);
  expect(against.map(({ id }) => id)).toEqual(rows.filter(({ id }) => id !== "accuracy").map(({ id }) => id));
  for (const { job, rivals, targets } of against) {
    expect(rivals).toEqual([{ name: "the other checkout", job, folder: here }]);
    expect(targets.map(({ text }) => text)).toEqual(["≤ 1.02 × the time of the other checkout"]);
  }
});

test("2 % slower is met, 3 % is not", () => {
  const [{ targets }] = againstRows(rowsOf({ threads: 1 }), here);
  const met = (ratio: number): boolean | null =>
    targets[0].met({ ms: 1, ofLimit: null, bytes: null, ratios: { "the other checkout": ratio }, figures: {} });
  expect([met(1 / 1.019), met(1 / 1.03)]).toEqual([true, false]);
});

test("a folder without the bench is refused by name", () => {
  expect(() => againstRows([], "/nowhere")).toThrow("expected a checkout of this repository, got /nowhere");
});
