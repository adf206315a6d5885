import { expect, test } from "vitest";
import { markdownParagraphs, textParagraphs } from "./paragraphs.ts";

test("paragraphs of a text are separated by empty lines, and lines within one are joined", () => {
  expect(textParagraphs("One\r\ntwo.\r\n \t\r\n\r\nThree.\n")).toEqual([
    { text: "One two.", section: "" },
    { text: "Three.", section: "" },
  ]);
});

test("paragraphs of a markdown text stand under their heading", () => {
  expect(markdownParagraphs("Before.\n\n# The `first` #\nA.\n\n## Second\n\nB.\n")).toEqual([
    { text: "Before.", section: "" },
    { text: "A.", section: "The first" },
    { text: "B.", section: "Second" },
  ]);
});

test("a heading of any length leaves room for its text", () => {
  const [{ section }] = markdownParagraphs(`# ${"long ".repeat(50)}\n\nA.`);
  expect(section).toHaveLength(100);
  expect(section.endsWith("long…")).toBe(true);
});

test("code blocks, tables, comments and front matter are left out", () => {
  const markdown =
    "---\ntitle: x\n---\nA.\n```ts\n# not a heading\n\n~~~\n```\nB.\n\n| a | b |\n|---|---|\n\n<!-- no\n\nno -->C.";
  expect(markdownParagraphs(markdown).map(({ text }) => text)).toEqual(["A.", "B.", "C."]);
});

test("marks of links, code, emphasis and lists are taken off, stars of a product are not", () => {
  const markdown = "- See [the **docs**](https://x.y) and `a * b`\n- or *this* one, 2 * 3 * 4";
  expect(markdownParagraphs(markdown)[0].text).toBe("See the docs and a * b or this one, 2 * 3 * 4");
});

test("control characters cannot reach the terminal", () => {
  expect(textParagraphs("red \u001B[31malert\u0007")[0].text).toBe("red [31malert");
});

test("paragraphs without a letter or a digit say nothing", () => {
  expect(markdownParagraphs("***\n\n—\n\n42")).toEqual([{ text: "42", section: "" }]);
});
