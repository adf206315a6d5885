import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { answer, type Library } from "./answer.ts";
import { parseArguments } from "./arguments.ts";
import { openLibrary } from "./library.ts";

const options = parseArguments(["--no-cache", "--no-attention", "--top", "1"]);
let library: Library;
beforeAll(async () => {
  library = (await openLibrary(options, () => {}))!;
}, 60_000);

const sectionFor = (question: string): string => answer(question, library, options).results[0].item.section;

test("a heading that is asked finds the passage below it", () => {
  const headings = [...new Set(library.passages.map(({ section }) => section))].filter((section) =>
    section.endsWith("?"),
  );
  expect(headings.length).toBeGreaterThan(30);
  expect(headings.filter((heading) => sectionFor(heading) !== heading)).toEqual([]);
});

test("the question of the project's README finds the passage on it", () => {
  const readme = readFileSync(join(import.meta.dirname, "../../../README.md"), "utf8");
  const question = /npm start -- "([^"]+)"/.exec(readme)![1];
  expect(question).toBe("how do I hide padding?");
  expect(sectionFor(question)).toBe("How do I hide padding, and why?");
});
