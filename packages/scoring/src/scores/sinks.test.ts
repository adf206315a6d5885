import { evaluate, trace } from "@fovea/program";
import { expect, test } from "vitest";
import { ScoreError } from "../score-error.ts";
import { sinkKeyBias, withSinkKeys } from "./sinks.ts";
import { softCap } from "./soft-cap.ts";
import { draw } from "../testing/draw.ts";

const oneBack = trace(({ query, key }) => key.lessEqual(query).and(query.subtract(key).lessEqual(1)));

test("the first key stays in sight of a window of one back", () => {
  expect(draw(withSinkKeys(oneBack, { count: 1 }), 4)).toBe("█···\n██··\n███·\n█·██");
});

test("by default four keys stay, and a query still sees nothing ahead", () => {
  expect(draw(withSinkKeys(oneBack), 7)).toBe(
    ["█······", "██·····", "███····", "████···", "█████··", "██████·", "████·██"].join("\n"),
  );
});

test("without causal the first keys are seen by those before them too", () => {
  expect(draw(withSinkKeys(oneBack, { count: 2, causal: false }), 3)).toBe("██·\n██·\n███");
});

test("sink keys carry a bias per head, other keys none", () => {
  const program = sinkKeyBias([
    [1, 2],
    [10, 20],
  ]);
  expect([0, 1, 2].map((key) => evaluate(program, { score: 0.5, head: 1, key }))).toEqual([10.5, 20.5, 0.5]);
});

test("a score in place of a mask is refused", () => {
  expect(() => withSinkKeys(softCap(1))).toThrow(ScoreError);
  expect(() => withSinkKeys(oneBack, { count: 0 })).toThrow("count must be a whole number from 1");
});
