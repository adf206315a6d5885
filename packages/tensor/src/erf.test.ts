import { erf as mathjsErf } from "mathjs/number";
import { expect, test } from "vitest";
import { erf, erfc } from "./index.ts";

// erf: Abramowitz and Stegun, table 7.1; erfc: to 16 digits by the continued fraction 7.1.14, as in NIST DLMF 7.9.
test.each([
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [1.5, 0.9661051464753108],
  [2, 0.9953222650189527],
])("erf(%d) is the tabulated %d, and odd", (x, expected) => {
  expect(Math.abs(erf(x) / expected - 1)).toBeLessThan(4e-16);
  expect(erf(-x)).toBe(-erf(x));
});

test("agrees with the power series where that converges fast", () => {
  for (let x = -2; x <= 2; x += 0.03125) {
    let [term, sum] = [x, x];
    for (let n = 1; n < 60; n++) sum += (term *= (-x * x) / n) / (2 * n + 1);
    expect(Math.abs(erf(x) - (2 / Math.sqrt(Math.PI)) * sum)).toBeLessThan(1e-14);
  }
});

test("the tail agrees with the continued fraction of erfc, relative to its own size", () => {
  for (let x = 2; x <= 26; x += 0.25) {
    let fraction = 0;
    for (let n = 200; n > 0; n--) fraction = n / 2 / (x + fraction);
    const expected = Math.exp(-x * x) / (x + fraction) / Math.sqrt(Math.PI);
    expect(Math.abs(erfc(x) / expected - 1)).toBeLessThan(2e-13); // exp(-x * x) itself loses x * x * 1e-16
  }
});

test("agrees with mathjs everywhere", () => {
  for (let x = -6; x <= 6; x += 0.01) expect(Math.abs(erf(x) - mathjsErf(x))).toBeLessThan(2e-16);
});

test("the ends: 0, infinities, NaN and where the tail vanishes", () => {
  expect([erf(0), erf(-0), erf(Infinity), erf(-Infinity), erf(NaN)]).toEqual([0, -0, 1, -1, NaN]);
  expect([erfc(0), erfc(Infinity), erfc(-Infinity), erfc(30), erfc(NaN)]).toEqual([1, 0, 2, 0, NaN]);
});
