import { at, tensor, assertAllClose } from "@fovea/tensor";
import { expect, test } from "vitest";
import { EmbeddingError } from "./embedding-error.ts";
import { sinusoidalPositions } from "./sinusoidal.ts";

// sines and cosines below are from a table of trigonometric functions, not from Math
test("Vaswani's positions alternate sine and cosine, frequencies 1 and 1/100 for dim 4", () => {
  const expected = tensor([
    [0, 1, 0, 1],
    [0.841471, 0.540302, 0.0099998, 0.99995],
    [0.909297, -0.416147, 0.0199987, 0.9998],
  ]);
  assertAllClose(sinusoidalPositions({ positions: 3, dim: 4 }), expected, { absolute: 1e-6 });
});

test("tensor2tensor's positions are all sines, then all cosines, and the last timescale is the base", () => {
  const positions = sinusoidalPositions({
    positions: 2,
    dim: 6,
    base: 100,
    layout: "halves",
    timescales: "tensor2tensor",
  });
  // timescales 1, 10, 100
  assertAllClose(
    positions,
    tensor([
      [0, 0, 0, 1, 1, 1],
      [0.841471, 0.0998334, 0.00999983, 0.540302, 0.995004, 0.99995],
    ]),
    { absolute: 1e-6 },
  );
});

test("positions may start at 1, as CTranslate2 counts", () => {
  const fromOne = sinusoidalPositions({ positions: 2, dim: 4, start: 1 });
  const fromZero = sinusoidalPositions({ positions: 3, dim: 4 });
  for (let column = 0; column < 4; column++) expect(at(fromOne, 1, column)).toBe(at(fromZero, 2, column));
});

test("moving by k positions is one rotation for all positions", () => {
  // PE(p + k) = R(k) PE(p): Vaswani et al. 2017, section 3.5
  const table = sinusoidalPositions({ positions: 20, dim: 2 });
  for (let p = 0; p < 15; p++) {
    const [sine, cosine] = [at(table, p, 0), at(table, p, 1)];
    expect(at(table, p + 5, 0)).toBeCloseTo(sine * Math.cos(5) + cosine * Math.sin(5), 6);
  }
});

test("odd sizes and fractions are refused", () => {
  expect(() => sinusoidalPositions({ positions: 3, dim: 5 })).toThrow(EmbeddingError);
  expect(() => sinusoidalPositions({ positions: 2.5, dim: 4 })).toThrow("positions must be a whole number");
  expect(() => sinusoidalPositions({ positions: 2, dim: 4, base: 0 })).toThrow("base must be positive");
});
