import { evaluate, trace } from "@fovea/program";
import { tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { alibi } from "../scores/alibi.ts";
import { perHead } from "./per-head.ts";
import { ScoreError } from "../score-error.ts";
import { softCap } from "../scores/soft-cap.ts";
import { temperature } from "../scores/temperature.ts";

const byHead = (program: ReturnType<typeof perHead>, heads: number): (number | boolean)[] =>
  Array.from({ length: heads }, (_, head) => evaluate(program, { score: 8, head, query: 3, key: 1 }));

test("each head has its own score, null changes nothing", () => {
  expect(byHead(perHead([temperature(2), null, temperature(4), softCap(1)]), 4)).toEqual([4, 8, 2, Math.tanh(8)]);
});

test("a head past the list changes nothing", () => {
  expect(byHead(perHead([temperature(2)]), 3)).toEqual([4, 8, 8]);
});

test("masks: null hides nothing", () => {
  const causal = trace(({ query, key }) => key.lessEqual(query));
  const past = trace(({ query, key }) => key.greater(query));
  expect(byHead(perHead([causal, past, null]), 4)).toEqual([true, false, true, true]);
});

test("neighbors that share a program share its instructions and its table", () => {
  const slopes = tensor([1, 2, 4, 8]);
  const shared = perHead([alibi({ slopes }), alibi({ slopes }), alibi({ slopes }), null]);
  expect(byHead(shared, 4)).toEqual([6, 4, 0, 8]);
  expect(shared.tables).toHaveLength(1);
  expect(shared.instructions.filter(({ op }) => op === "select")).toHaveLength(1);
});

test("programs alike but with other values are kept apart", () => {
  expect(byHead(perHead([temperature([2]), temperature([4])]), 2)).toEqual([4, 2]);
});

test("a list of another length than the heads, an empty list and mixed kinds are refused", () => {
  expect(() => perHead([softCap(1), null], { heads: 8 })).toThrow("expected 8 programs, one per head, got 2");
  expect(() => perHead([])).toThrow(ScoreError);
  const mask = trace(({ key }) => key.less(2));
  expect(() => perHead([softCap(1), mask])).toThrow("the program of head 1 must be a score program, got a mask");
});
