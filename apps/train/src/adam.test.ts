import { expect, test } from "vitest";
import { adam, rateAt } from "./adam.ts";

test("the first step goes as far as the rate against the slope, whatever its size", () => {
  const weights = Float32Array.of(1, 1, 1);
  const moments = { first: new Float32Array(3), second: new Float32Array(3) };
  adam(weights, Float32Array.of(100, -0.01, 0), moments, 1, { rate: 0.1, step: 0, decay: 0 });
  expect(weights[0]).toBeCloseTo(0.9, 5);
  expect(weights[1]).toBeCloseTo(1.1, 5);
  expect(weights[2]).toBe(1);
});

test("the second step weighs both slopes as the paper's formulas do", () => {
  const weights = Float32Array.of(0);
  const moments = { first: new Float32Array(1), second: new Float32Array(1) };
  adam(weights, Float32Array.of(1), moments, 1, { rate: 1, step: 0, decay: 0 });
  adam(weights, Float32Array.of(4), moments, 0.5, { rate: 1, step: 1, decay: 0 });
  // slopes 1 and 2: means 0.1 × 0.9 + 0.2 and 0.02 × 0.98 + 0.08, made up for by 1 - 0.81 and 1 - 0.9604
  expect(weights[0]).toBeCloseTo(-1 - 0.29 / 0.19 / Math.sqrt(0.0996 / 0.0396), 5);
});

test("decay takes its share of the weight, times the rate", () => {
  const weights = Float32Array.of(2);
  const moments = { first: new Float32Array(1), second: new Float32Array(1) };
  adam(weights, Float32Array.of(0), moments, 1, { rate: 0.1, step: 0, decay: 0.5 });
  expect(weights[0]).toBeCloseTo(1.9, 6);
});

test("the rate rises for a twentieth of the steps, then falls to a twentieth of its height", () => {
  const rates = Array.from({ length: 100 }, (_, step) => rateAt(step, 100, 1));
  expect(rates.slice(0, 6)).toEqual([0.2, 0.4, 0.6, 0.8, 1, 1]);
  expect(rates.slice(5)).toEqual(rates.slice(5).toSorted((a, b) => b - a));
  expect(rates[99]).toBeCloseTo(0.05, 2);
});
