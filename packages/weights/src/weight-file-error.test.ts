import { expect, test } from "vitest";
import { WeightFileError, quote } from "./weight-file-error.ts";

test("what a terminal would obey, and what hides or turns text, is written out", () => {
  expect(quote("a\u001b[2Jb")).toBe('"a\\u001b[2Jb"');
  expect(quote("\u007f\u009b31m")).toBe('"\\u007f\\u009b31m"');
  expect(quote("\u202egnp.exe")).toBe('"\\u202egnp.exe"');
  expect(quote("a\u200bb\u2028c\u{e0041}")).toBe('"a\\u200bb\\u2028c\\udb40\\udc41"');
  expect(quote("模型 é 😀")).toBe('"模型 é 😀"');
  expect(quote(["\u009b"])).toBe('["\\u009b"]');
});

test("the name of the file, which strangers give as well, is written out in the message and kept in the error", () => {
  const error = new WeightFileError({ file: "x\u001b]0;owned\u0007", expected: "a", got: "b", remedy: "Do c." });
  expect(error.message).toBe("x\\u001b]0;owned\\u0007: expected a, got b. Do c.");
  expect(error.file).toBe("x\u001b]0;owned\u0007");
});

test("long names are cut", () => {
  expect(quote("x".repeat(81))).toBe(JSON.stringify(`${"x".repeat(79)}…`));
  expect(quote("x".repeat(80))).toBe(JSON.stringify("x".repeat(80)));
});
