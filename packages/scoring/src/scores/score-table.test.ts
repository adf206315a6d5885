import { tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { ScoreError } from "../score-error.ts";
import { scoreTable, tableTensor } from "./score-table.ts";

test("a tensor stays the caller's own", () => {
  const table = tensor([[1, 2]]);
  expect(scoreTable("score", "table", table, [1, "heads"])).toBe(table);
});

test("plain numbers keep all their digits", () => {
  expect(scoreTable("score", "table", [0.1], ["heads"]).data[0]).toBe(0.1);
});

test("whole numbers become ints where ints are asked for", () => {
  expect(scoreTable("score", "table", [[1, -1]], ["rows", 2], "int").data).toEqual(Int32Array.of(1, -1));
});

test("typed arrays are wrapped, not copied", () => {
  const data = Float32Array.of(1, 2);
  expect(tableTensor("score", "table", data).data).toBe(data);
});

test("the wrong shape, type or content names the score, the table and a remedy", () => {
  expect(() => scoreTable("alibi", "slopes", [1, 2], [3])).toThrow(
    "alibi: slopes must have shape [3], got [2]. Reshape or transpose it.",
  );
  expect(() => tableTensor("alibi", "slopes", tensor([1], { dtype: "float16" }))).toThrow(
    'got float16. Cast it first: cast(slopes, "float32").',
  );
  expect(() => tableTensor("alibi", "slopes", [true, false])).toThrow("must be float32 or float64, got bool");
  expect(() => tableTensor("alibi", "slopes", [[1], [2, 3]])).toThrow(ScoreError);
  expect(() => tableTensor("alibi", "steps", [1.5], "int")).toThrow(ScoreError);
});
