import { expect, test } from "vitest";
import type { Local } from "@fovea/wasm-assembler";
import { runVectors } from "../testing/run-vectors.ts";
import type { VectorEmitter } from "./vector-emitter.ts";
import { emitExp, emitLog, emitPower, emitSigmoid, emitSine, emitTanh } from "./vector-math.ts";

const count = 1 << 17;

/** Every 32,771st float: both signs, subnormals, infinities and NaNs among them. */
const everyFloat = new Float32Array(Int32Array.from({ length: count }, (_, i) => Math.imul(i, 32771)).buffer);

/** Evenly spaced floats. */
const between = (low: number, high: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => low + ((high - low) * i) / count);

/** The distance of neighboring floats at x, 2^-149 among the subnormals. */
const ulp = (x: number): number => 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(x) || 1e-45))) - 23);

interface Case {
  readonly name: string;
  readonly emit: (v: VectorEmitter, x: Local) => Local;
  readonly exact: (x: number) => number;
  readonly ranges: readonly Float32Array[];
  /** Largest error allowed at x, given the exact result. */
  readonly bound: (exact: number, x: number) => number;
}

const smallestNormal = 2 ** -126;
const sineBound = (_: number, x: number): number => 1.5e-7 + 2.3e-16 * Math.abs(x);
const wide = [everyFloat, between(-4, 4), between(-1e4, 1e4), between(-1e9, 1e9)];
const cases: readonly Case[] = [
  { name: "exp", emit: emitExp, exact: Math.exp, ranges: [everyFloat, between(-104, 89)], bound: ulp },
  { name: "log", emit: emitLog, exact: Math.log, ranges: [everyFloat, between(0, 4), between(0.9, 1.1)], bound: ulp },
  {
    name: "tanh",
    emit: emitTanh,
    exact: Math.tanh,
    ranges: [everyFloat, between(-10, 10), between(-1, 1)],
    bound: (exact) => 6 * ulp(exact),
  },
  {
    name: "sigmoid",
    emit: emitSigmoid,
    exact: (x) => 1 / (1 + Math.exp(-x)),
    ranges: [everyFloat, between(-105, 40), between(-2, 2)],
    bound: (exact) => (exact < smallestNormal ? smallestNormal : 3 * ulp(exact)),
  },
  { name: "sine", emit: (v, x) => emitSine(v, x, 0), exact: Math.sin, ranges: wide, bound: sineBound },
  { name: "cosine", emit: (v, x) => emitSine(v, x, 1), exact: Math.cos, ranges: wide, bound: sineBound },
];

for (const relaxed of [true, false]) {
  for (const { name, emit, exact, ranges, bound } of cases) {
    test(`${name} keeps its error bound over all floats, ${relaxed ? "relaxed" : "plain"} SIMD`, () => {
      for (const range of ranges) {
        const { floats } = runVectors([range], relaxed, emit);
        expect(
          misses(
            floats,
            (i) => exact(range[i]),
            (i, value) => bound(value, range[i]),
          ),
        ).toEqual([]);
      }
    });
  }

  test(`power keeps its error bound, ${relaxed ? "relaxed" : "plain"} SIMD`, () => {
    const bases = everyFloat.map((_, i) => 2 ** (((i * 7919) % 277) - 149 + (i % 97) / 97));
    // so that most results are floats, and some overflow or vanish
    const exponents = bases.map(
      (x, i) => ((((i * 104729) % 2003) / 1000 - 1) * 135) / Math.max(1, Math.abs(Math.log2(x))),
    );
    const { floats } = runVectors([bases, exponents], relaxed, emitPower);
    const error = (i: number, value: number): number =>
      2 ** -149 + 1.5e-7 * value * (1 + Math.abs(exponents[i] * Math.log(bases[i])));
    expect(misses(floats, (i) => bases[i] ** exponents[i], error)).toEqual([]);
  });
}

test("sine and cosine of anything finite lie within -1 and 1", () => {
  for (const quadrant of [0, 1] as const) {
    const { floats } = runVectors([everyFloat], false, (v, x) => emitSine(v, x, quadrant));
    expect(floats.some((value, i) => Number.isFinite(everyFloat[i]) && !(Math.abs(value) <= 1))).toBe(false);
  }
});

/** The first few elements further from the exact value than allowed. A float as near to the largest one as the bound may be either side of overflow. */
function misses(
  actual: Float32Array,
  exact: (index: number) => number,
  bound: (index: number, exact: number) => number,
): string[] {
  const found: string[] = [];
  for (let i = 0; i < actual.length && found.length < 5; i++) {
    const value = exact(i);
    const close = Math.abs(actual[i] - value) <= bound(i, value);
    const same = Object.is(actual[i], Math.fround(value));
    const overflow = actual[i] === Math.sign(value) * Infinity && Math.abs(value) + bound(i, value) > 2 ** 128;
    if (!close && !same && !overflow) found.push(`element ${i}: expected ${value}, got ${actual[i]}`);
  }
  return found;
}
