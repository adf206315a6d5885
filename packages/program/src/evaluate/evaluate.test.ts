import { expect, test } from "vitest";
import { evaluate } from "./evaluate.ts";
import { randomUniform } from "../ir/random-uniform.ts";
import type { Scope } from "../write/scope.ts";
import { trace } from "../write/trace.ts";
import type { Liftable, Value } from "../write/value.ts";

const smallest = -2147483648;
const largest = 2147483647;

/** What an int operation gives for constants that no front end folds. */
function int(write: (a: Value, b: Value) => Liftable, a: number, b = 0): number | boolean {
  return evaluate(
    trace(({ query, key }) => write(query, key)),
    { query: a, key: b },
  );
}

function float(write: (score: Value, scope: Scope) => Liftable, score: number): number | boolean {
  return evaluate(
    trace((scope) => write(scope.score, scope)),
    { score },
  );
}

test("ints wrap at 32 bits", () => {
  expect(int((a, b) => a.add(b), largest, 1)).toBe(smallest);
  expect(int((a, b) => a.subtract(b), smallest, 1)).toBe(largest);
  // 65537² = 2³² + 2·65536 + 1
  expect(int((a, b) => a.multiply(b), 65537, 65537)).toBe(131073);
  expect(int((a) => a.negate(), smallest)).toBe(smallest);
  expect(int((a) => a.absolute(), smallest)).toBe(smallest);
  expect(int((a, b) => a.floorDivide(b), smallest, -1)).toBe(smallest);
});

test("integer division rounds down, the remainder has the divisor's sign, and by zero both are 0", () => {
  const cases = [
    [7, 3, 2, 1],
    [-7, 3, -3, 2],
    [7, -3, -3, -2],
    [-7, -3, 2, -1],
    [6, 3, 2, 0],
    [5, 0, 0, 0],
    [smallest, -1, smallest, 0],
  ];
  for (const [a, b, quotient, rest] of cases) {
    expect(int((a, b) => a.floorDivide(b), a, b)).toBe(quotient);
    expect(int((a, b) => a.remainder(b), a, b)).toBe(rest);
  }
});

test("shift counts are taken modulo 32 and shifting right keeps the sign", () => {
  expect(int((a, b) => a.shiftLeft(b), 1, 33)).toBe(2);
  expect(int((a, b) => a.shiftRight(b), -8, 1)).toBe(-4);
});

test("bit operations work on two's complement", () => {
  expect(int((a, b) => a.bitAnd(b), -2, 7)).toBe(6);
  expect(int((a, b) => a.bitOr(b), 5, 2)).toBe(7);
  expect(int((a, b) => a.bitXor(b), -1, 5)).toBe(-6);
});

test("casting to int goes towards zero, saturates, and makes NaN 0", () => {
  const cases = [
    [2.9, 2],
    [-2.9, -2],
    [1e10, largest],
    [-Infinity, smallest],
    [NaN, 0],
    [-0.5, 0],
  ];
  for (const [score, whole] of cases) expect(float((score) => score.toInt(), score)).toBe(whole);
  expect(int((a, b) => a.less(b).toInt().add(a.less(b).toFloat().toInt()), 1, 2)).toBe(2);
});

test("minimum and maximum pass NaN on, comparisons with it are false", () => {
  expect(float((score) => score.minimum(1), NaN)).toBeNaN();
  expect(float((score) => score.maximum(1), NaN)).toBeNaN();
  expect(float((score) => score.lessEqual(1), NaN)).toBe(false);
  expect(float((score) => score.notEqual(score), NaN)).toBe(true);
});

test("float remainder is a - b floor(a / b)", () => {
  expect(float((score) => score.remainder(2), -0.5)).toBe(1.5);
  expect(float((score) => score.remainder(-2), 0.5)).toBe(-1.5);
  expect(float((score) => score.remainder(0), 0.5)).toBeNaN();
});

test("float functions are JavaScript's", () => {
  const x = 0.7;
  expect(float((s) => s.exp(), x)).toBe(Math.exp(x));
  expect(float((s) => s.log(), x)).toBe(Math.log(x));
  expect(float((s) => s.sqrt(), x)).toBe(Math.sqrt(x));
  expect(float((s) => s.tanh(), x)).toBe(Math.tanh(x));
  expect(float((s) => s.sigmoid(), x)).toBeCloseTo(1 / (1 + Math.exp(-x)), 15);
  expect(float((s) => s.sin(), x)).toBe(Math.sin(x));
  expect(float((s) => s.cos(), x)).toBe(Math.cos(x));
  expect(float((s) => s.power(2.5), x)).toBe(x ** 2.5);
  expect(float((s) => s.floor(), -x)).toBe(-1);
});

test("what select does not choose has no influence", () => {
  expect(float((score, { select }) => select(score.less(0), score.log(), 1), 2)).toBe(1);
});

test("tables of bools and of several axes are read by index, 0 outside", () => {
  const program = trace(({ query, key, table }) =>
    table("grid", [
      [1, 2, 3],
      [4, 5, 6],
    ]).at(query, key),
  );
  expect(evaluate(program, { query: 1, key: 2 })).toBe(6);
  for (const [query, key] of [
    [2, 0],
    [0, 3],
    [-1, 0],
    [0, -1],
  ])
    expect(evaluate(program, { query, key })).toBe(0);
  const mask = trace(({ key, table }) => table("seen", [true, false]).at(key));
  expect([0, 1, 2].map((key) => evaluate(mask, { key }))).toEqual([true, false, false]);
});

/** lowbias32 by 64-bit arithmetic, another way than the package's. */
function mix(state: bigint): bigint {
  let x = BigInt.asUintN(32, state + 0x9e3779b9n);
  x = BigInt.asUintN(32, (x ^ (x >> 16n)) * 0x7feb352dn);
  x = BigInt.asUintN(32, (x ^ (x >> 15n)) * 0x846ca68bn);
  return x ^ (x >> 16n);
}

test("random numbers are the published hash of seed and place", () => {
  for (const place of [
    [0, 0, 0, 0, 0],
    [1, 2, 3, 4, 5],
    [-1, smallest, largest, -7, 65536],
  ]) {
    let state = 0n;
    for (const int of place) state = mix(state ^ BigInt.asUintN(32, BigInt(int)));
    const [seed, batch, head, query, key] = place;
    expect(randomUniform(seed, batch, head, query, key)).toBe(Number(state >> 8n) / 2 ** 24);
  }
});

test("random numbers are uniform along keys and differ by seed", () => {
  const draw = trace(({ random }) => random(7));
  const numbers = Array.from({ length: 4000 }, (_, key) =>
    Number(evaluate(draw, { batch: 0, head: 0, query: 3, key })),
  );
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  // the standard deviation of the mean is 0.0046
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
  for (let tenth = 0; tenth < 10; tenth++) {
    const count = numbers.filter((x) => Math.floor(x * 10) === tenth).length;
    // 400 expected, standard deviation 19
    expect(Math.abs(count - 400)).toBeLessThan(100);
  }
  expect(evaluate(trace(({ random }) => random(8, 0, 0, 3, 0)))).not.toBe(numbers[0]);
});
