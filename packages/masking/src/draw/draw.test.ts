import { trace } from "@fovea/program";
import { expect, test } from "vitest";
import { causal } from "../masks/causal.ts";
import { draw } from "./draw.ts";
import { MaskError } from "../mask-error.ts";
import { prefix } from "../masks/prefix.ts";

test("without a mask everything is visible", () => {
  expect(draw(null, 2, 3)).toBe("███\n███");
  expect(draw(undefined, 1)).toBe("█");
});

test("the batch, the head, the lengths and the tables reach the mask", () => {
  const mask = trace(({ batch, head, query, key, queries, keys }) =>
    key.equal(head).or(query.equal(batch)).or(queries.add(keys).equal(99)),
  );
  expect(draw(mask, 2, 3, { batch: 1, head: 2 })).toBe("··█\n███");
  expect(
    draw(
      trace(({ queries, keys, key }) => key.less(keys.subtract(queries))),
      2,
      3,
    ),
  ).toBe("█··\n█··");
  expect(draw(prefix(0), 2, 2, { tables: { prefix: prefix(2).values.prefix } })).toBe("██\n██");
});

test("nothing draws nothing", () => {
  expect(draw(causal(), 0)).toBe("");
});

test("pictures nobody can read and programs that are no masks are refused", () => {
  expect(() => draw(causal(), 100_000)).toThrow(
    "draw: a picture may have 16777216 characters, got 100000 × 100000. Draw its blocks with drawBlocks.",
  );
  expect(() =>
    draw(
      trace(({ score }) => score),
      2,
    ),
  ).toThrow(MaskError);
  expect(() => draw(causal(), 2, -1)).toThrow("keys must be a whole number");
});
