import stringWidth from "string-width";
import { expect, test } from "vitest";
import { drawHeatMap } from "./heat-map.ts";

const plain = { width: 80, color: false };

test("rows look, columns are looked at, and the largest weight is the darkest", () => {
  const weights = [
    [0.8, 0.2],
    [0.4, 0.6],
  ];
  // 0.2, 0.4 and 0.6 are 1, 2 and 3 quarters of the largest
  expect(drawHeatMap(["who", "me"], weights, plain)).toBe(
    ["      who   me", "who  █████░░░░░", " me  ▒▒▒▒▒▓▓▓▓▓", "", "     0 %   ░░▒▒▓▓██ 80 %"].join("\n"),
  );
});

test("with color, cells carry their percentage, and without them the text is the same width", () => {
  const map = drawHeatMap(
    ["a", "b"],
    [
      [0.75, 0.25],
      [0, 1],
    ],
    { width: 80, color: true },
  );
  const rows = map.split("\n");
  expect(rows[1]).toContain("\u001B[48;5;");
  expect(rows[1]).toMatch(/75.*25/);
  expect(rows[2]).not.toMatch(/ 0 .*m/);
  expect(stringWidth(rows[1])).toBe(stringWidth(rows[2]));
  expect(rows.slice(1, 3).every((row) => row.endsWith("\u001B[0m"))).toBe(true);
});

test.each([200, 100, 60, 40])(
  "no line is wider than %i columns, and every row is drawn or said to be missing",
  (width) => {
    for (const count of [1, 3, 8, 20, 100]) {
      const words = Array.from({ length: count }, (_, index) => `word${index}`);
      const weights = words.map(() => words.map(() => 1 / count));
      const lines = drawHeatMap(words, weights, { width, color: false }).split("\n");
      expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
      const shown = lines.filter((line) => /^ *word\d+ .*█/.test(line)).length;
      expect(lines.at(-1)?.endsWith(`the first ${shown} of ${count} words`)).toBe(shown < count);
    }
  },
);

test("long words are shortened and wide letters measured", () => {
  const [header, row] = drawHeatMap(
    ["日本語", "antidisestablishmentarianism"],
    [
      [1, 0],
      [0, 1],
    ],
    plain,
  ).split("\n");
  expect(header).toContain("antidisestabl…");
  expect(row).toMatch(/^ {8}日本語 {2}█/);
});
