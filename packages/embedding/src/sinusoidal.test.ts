import { at, tensor, assertAllClose, toNested } from "@fovea/tensor";
import { expect, test } from "vitest";
import { EmbeddingError } from "./embedding-error.ts";
import { sinusoidalPositions } from "./sinusoidal.ts";
import type { SinusoidalOptions } from "./sinusoidal.ts";

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

test("what is not said is interleaved, Vaswani's, from 0 on a base of 10000", () => {
  const given = { positions: 3, dim: 6 };
  const table = (options: Partial<SinusoidalOptions>): unknown =>
    toNested(sinusoidalPositions({ ...given, ...options }));
  expect(table({ start: 0, base: 10000, layout: "interleaved", timescales: "vaswani" })).toEqual(table({}));
  for (const other of [
    { start: 1 },
    { base: 100 },
    { layout: "halves" } as const,
    { timescales: "tensor2tensor" } as const,
  ]) {
    expect(table(other)).not.toEqual(table({}));
  }
});

test("one position and two dimensions are the fewest", () => {
  for (const timescales of ["vaswani", "tensor2tensor"] as const) {
    // one wave of timescale 1
    const row = sinusoidalPositions({ positions: 1, dim: 2, start: 1, timescales });
    assertAllClose(row, tensor([[0.841471, 0.540302]]), { absolute: 1e-6 });
  }
  expect(() => sinusoidalPositions({ positions: 0, dim: 2 })).toThrow("positions must be a whole number of at least 1");
  expect(() => sinusoidalPositions({ positions: 1, dim: 0 })).toThrow("dim must be a whole number of at least 2");
  for (const start of [NaN, Infinity]) {
    expect(() => sinusoidalPositions({ positions: 1, dim: 2, start })).toThrow("start must be a finite number");
  }
  for (const option of [{ layout: "rows" }, { timescales: "log" }]) {
    const options = { positions: 1, dim: 2, ...option } as SinusoidalOptions;
    expect(() => sinusoidalPositions(options)).toThrow("must be one of");
  }
});
