import type { Activation } from "@fovea/block-operations";

/** The error function by its series, sum of (-1)^n 2 x^(2n+1) / (√π n! (2n+1)), which for |x| < 6 loses no more than float32 notices
 *  (Abramowitz and Stegun, 7.1.6 in its positive form: erf x = 2/√π · e^(-x²) Σ 2^n x^(2n+1) / (1 · 3 · … · (2n+1))). */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** What the activations are, by their papers' formulas. */
export const activate: Readonly<Record<Activation, (x: number) => number>> = {
  relu: (x) => Math.max(0, x),
  gelu: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)), // Hendrycks & Gimpel 2016
  geluTanh: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))), // the same, its approximation
  silu: (x) => x * sigmoid(x), // Elfwing et al. 2017
  tanh: Math.tanh,
  sigmoid,
};
