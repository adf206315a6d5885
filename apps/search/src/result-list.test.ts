import stringWidth from "string-width";
import { expect, test } from "vitest";
import { listResults } from "./result-list.ts";

const passage = { text: "Fish live in water, most of them.", file: "animals.md", section: "Where do fish live?" };

test("number, score, bar and place, then the text, wrapped and set in", () => {
  const list = listResults(
    [
      { item: passage, score: 0.75 },
      { item: { ...passage, section: "" }, score: -0.1 },
    ],
    { width: 60, color: false },
  );
  expect(list).toBe(
    [
      " 1  0.75 █████████░░░  animals.md › Where do fish live?",
      "    Fish live in water, most of them.",
      "",
      " 2  -0.10 ░░░░░░░░░░░░  animals.md",
      "    Fish live in water, most of them.",
    ].join("\n"),
  );
});

test("no line is wider than the terminal", () => {
  const item = {
    ...passage,
    section: "An uncommonly long heading about fish",
    text: `${"wet ".repeat(30)}${"x".repeat(90)}`,
  };
  const lines = listResults([{ item, score: 0.5 }], { width: 40, color: true }).split("\n");
  expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(40);
  expect(lines.length).toBeGreaterThan(5);
});
