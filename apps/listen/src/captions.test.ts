import { expect, test } from "vitest";
import { srtOf, vttOf } from "./captions.ts";
import { clock } from "@fovea/sound";

const word = (text: string, start: number, end: number): { text: string; start: number; end: number } => ({
  text,
  start,
  end,
});

test("captions end with a sentence and at a pause", () => {
  const words = [word("Yes.", 0.5, 1.75), word("I", 1.8, 2), word("do", 2, 2.25), word("so", 3.25, 4.5)];
  expect(srtOf(words)).toBe(
    "1\n00:00:00,500 --> 00:00:01,750\nYes.\n\n2\n00:00:01,800 --> 00:00:02,800\nI do\n\n3\n00:00:03,250 --> 00:00:04,500\nso\n",
  );
});

test("a short word stays to be read, but not into the next caption", () => {
  expect(srtOf([word("No.", 1, 1.1), word("Yes.", 1.5, 1.6)])).toBe(
    "1\n00:00:01,000 --> 00:00:01,500\nNo.\n\n2\n00:00:01,500 --> 00:00:02,500\nYes.\n",
  );
});

test("a caption has at most 84 letters, in two lines of like length", () => {
  const words = Array.from({ length: 14 }, (_, i) => word(`number${i}`, i / 4, i / 4 + 0.25));
  expect(vttOf(words)).toBe(
    "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\nnumber0 number1 number2 number3 number4\nnumber5 number6 number7 number8 number9\n\n" +
      "00:00:02.500 --> 00:00:03.500\nnumber10 number11 number12 number13\n",
  );
});

test("a line has at most 42 letters: what two lines cannot hold goes into the next caption", () => {
  // 21, 15, 21, 20 and 1 letters
  const words = ["incomprehensibilities", "notwithstanding", "straightforwardnesses", "counterrevolutionary", "a"];
  const captions = vttOf(words.map((text, i) => word(text, i / 4, i / 4 + 0.25)));
  const lines = captions.split("\n").filter((line) => /^[a-z]/.test(line));
  expect(lines).toEqual(["incomprehensibilities notwithstanding", "straightforwardnesses counterrevolutionary", "a"]);
  expect(captions.match(/-->/g)).toHaveLength(2);
});

test("no line of any captions is longer, and none of their words is lost", () => {
  let state = 5;
  const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
  for (let round = 0; round < 200; round++) {
    const words = Array.from({ length: 20 }, (_, i) =>
      word("x".repeat(1 + random(round % 2 === 0 ? 12 : 100)), i / 4, i / 4 + 0.25),
    );
    const lines = srtOf(words)
      .split("\n")
      .filter((line) => line.startsWith("x"));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(42);
    expect(lines.join("").replaceAll(" ", "")).toBe(words.map(({ text }) => text).join(""));
  }
});

test("a word that no line holds is cut, and its time with it", () => {
  expect(srtOf([word(`${"a".repeat(42)}${"b".repeat(42)}${"c".repeat(21)}`, 0, 5)])).toBe(
    `1\n00:00:00,000 --> 00:00:04,000\n${"a".repeat(42)}\n${"b".repeat(42)}\n\n2\n00:00:04,000 --> 00:00:05,000\n${"c".repeat(21)}\n`,
  );
});

test("a caption lasts at most six seconds", () => {
  const words = Array.from({ length: 8 }, (_, i) => word("so", i, i + 1));
  expect(vttOf(words)).toBe(
    "WEBVTT\n\n00:00:00.000 --> 00:00:06.000\nso so so so so so\n\n00:00:06.000 --> 00:00:08.000\nso so\n",
  );
});

test("WebVTT is named on top, and its markup escaped", () => {
  expect(vttOf([word("<b>&", 3661, 3663.0004)])).toBe("WEBVTT\n\n01:01:01.000 --> 01:01:03.000\n&lt;b&gt;&amp;\n");
});

test("no words, no captions", () => {
  expect([srtOf([]), vttOf([])]).toEqual(["", "WEBVTT\n"]);
});

test("whole seconds have no point", () => expect(clock(61.4, { digits: 0 })).toBe("01:01"));

test.each([
  [0, "00:00.00"],
  [59.996, "01:00.00"],
  [3599.99, "59:59.99"],
  [3600, "01:00:00.00"],
])("%d s is written %s", (seconds, written) => {
  expect(clock(seconds)).toBe(written);
});
