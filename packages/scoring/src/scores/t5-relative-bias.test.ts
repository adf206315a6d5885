import { evaluate } from "@fovea/program";
import { tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { relativeBucket } from "./relative-bucket.ts";
import { ScoreError } from "../score-error.ts";
import { t5RelativeBias } from "./t5-relative-bias.ts";

// row b, head h holds 100 h + b: the bias names the bucket it came from
const numbered = (buckets: number): number[][] => Array.from({ length: buckets }, (_, b) => [b, 100 + b]);

test("encoder pairs read their bucket's bias for their head", () => {
  const program = t5RelativeBias({ table: numbered(32) });
  expect(evaluate(program, { score: 0.5, head: 1, query: 3, key: 4 })).toBe(117.5);
  expect(evaluate(program, { score: 0, head: 0, query: 40, key: 20 })).toBe(10); // 16 ≤ 20 < 22.6
  expect(evaluate(program, { score: 0, head: 0, query: 20, key: 40 })).toBe(26);
  expect(evaluate(program, { score: 0, head: 0, query: 5000, key: 0 })).toBe(15);
});

test("the program agrees with relativeBucket on both sides of every border", () => {
  for (const bidirectional of [true, false]) {
    const program = t5RelativeBias({ table: numbered(32), bidirectional });
    for (let relative = -140; relative <= 140; relative++) {
      const bias = evaluate(program, { score: 0, head: 0, query: 200, key: 200 + relative });
      expect(bias).toBe(relativeBucket(relative, { bidirectional }));
    }
  }
});

test("the learned table is the caller's", () => {
  const table = tensor(numbered(32));
  expect(Object.values(t5RelativeBias({ table }).values).map(({ data }) => data)).toContain(table.data);
});

test("a table of the wrong rank or an odd number of buckets is refused", () => {
  expect(() => t5RelativeBias({ table: [1, 2, 3, 4] })).toThrow(
    "t5RelativeBias: table must have shape [buckets, heads], got [4]",
  );
  expect(() => t5RelativeBias({ table: numbered(31) })).toThrow(ScoreError);
});
