import { expect, test } from "vitest";
import { svgText } from "./svg-text.ts";

test.each([
  ["fish & <b>chips</b>", "fish &amp; &lt;b&gt;chips&lt;/b&gt;"],
  [`"double" and 'single'`, "&quot;double&quot; and &apos;single&apos;"],
  ["a\u0000\u0008\u001B[31m\u007F\u009Bb", "a[31mb"],
  ["exe.\u202Egnp\u2069", "exe.gnp"],
  ["\uFFFE\uFFFF", ""],
  ["half \uD83D a pair", "half \uFFFD a pair"],
  ["سارة → 日本 😀", "سارة → 日本 😀"],
])("%j becomes %j", (text, expected) => {
  expect(svgText(text)).toBe(expected);
});
