import { expect, test } from "vitest";
import { jsonText, printable } from "./printable.ts";

test.each([
  ["plain words, äöü, 日本, سارة, 😀", "plain words, äöü, 日本, سارة, 😀"],
  ["\u001B]0;title\u0007", "\\x1b]0;title\\x07"],
  ["a\r\nb\tc\0", "a\\x0d\\x0ab\\x09c\\x00"],
  ["\u007F\u0080\u009B31m\u009F", "\\x7f\\x80\\x9b31m\\x9f"],
  ["exe.\u202Egnp", "exe.\\u202egnp"],
  [
    "\u061C\u200E\u200F\u202A\u202B\u202C\u202D\u2066\u2067\u2068\u2069",
    "\\u061c\\u200e\\u200f\\u202a\\u202b\\u202c\\u202d\\u2066\\u2067\\u2068\\u2069",
  ],
  ["one\u2028two\u2029", "one\\u2028two\\u2029"],
  ["\u00A0\u200D\u3000", "\u00A0\u200D\u3000"],
])("%j is shown as %j", (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("what is kept stays, the rest does not", () => {
  expect(printable("a\nb\tc\r", "\n\t")).toBe("a\nb\tc\\x0d");
});

test("JSON comes back as it was, without a character that acts", () => {
  const value = { name: "a\u009B\u202E\u007F\u001B", list: ["\n"] };
  for (const indent of [0, 2]) {
    const text = jsonText(value, indent);
    expect(JSON.parse(text)).toEqual(value);
    expect(printable(text, "\n")).toBe(text);
  }
  expect(jsonText(value)).toBe('{"name":"a\\u009b\\u202e\\u007f\\u001b","list":["\\n"]}');
});
