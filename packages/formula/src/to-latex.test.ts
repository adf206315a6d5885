import { expect, test } from "vitest";
import { FormulaError } from "./formula-error.ts";
import { parseFormula } from "./parse-formula.ts";
import { toLatex } from "./to-latex.ts";

test.each([
  [
    "score - slopes[head] * (query - key)",
    String.raw`\text{score} - \text{slopes}_{\text{head}} \cdot \left(\text{query} - \text{key}\right)`,
  ],
  ["(a + b) / (c * 2)", String.raw`\frac{a + b}{c \cdot 2}`],
  ["a ^ (b + 1)", "{a}^{b + 1}"],
  ["(a + b) ^ 2", String.raw`{\left(a + b\right)}^{2}`],
  ["x[(i), j + 1]", "x_{i, j + 1}"],
  ["window <= key_index < 2.5e-3", String.raw`\text{window} \le \text{key\_index} < 2.5 \cdot 10^{-3}`],
  ["a == b and not (c != d) or e >= pi", String.raw`a = b \land \lnot \left(c \ne d\right) \lor e \ge \pi`],
  ["a % 2 + mod(a, b) - 0xFF", String.raw`a \bmod 2 + \left(a \bmod b\right) - 255`],
  ["~a & b | c ^| d << 1 >> 2", String.raw`{\sim}a \mathbin{\&} b \mathbin{|} c \oplus d \ll 1 \gg 2`],
  [
    "abs(a) + floor((b)) + div(a, b)",
    String.raw`\left|a\right| + \left\lfloor b\right\rfloor + \left\lfloor\frac{a}{b}\right\rfloor`,
  ],
  ["sigmoid(a) * log(b) - sqrt(c)", String.raw`\sigma\left(a\right) \cdot \ln\left(b\right) - \sqrt{c}`],
  ["random(7, 0, 0, 0, 1)", String.raw`\operatorname{random}\left(7, 0, 0, 0, 1\right)`],
  ["a ? 1 : -Infinity", String.raw`\begin{cases} 1 & \text{if } a \\ -\infty & \text{otherwise} \end{cases}`],
])("%s is printed as %s", (text, latex) => {
  expect(toLatex(text)).toBe(latex);
});

test("a program is printed as its formula is", () => {
  const text = "score - slopes[head] * (query - key)";
  expect(toLatex(parseFormula(text))).toBe(toLatex(text));
});

test("text that is no formula is refused", () => {
  for (const text of ["", "a = 1", "2 a", "\\input{x}", "x[1:2]", '"a"'])
    expect(() => toLatex(text)).toThrow(FormulaError);
});
