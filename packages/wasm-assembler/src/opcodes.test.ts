import { expect, test } from "vitest";
import { f32x4, operation, v128 } from "./expressions.ts";
import { instructions } from "./instructions.ts";
import { type Opcode, type PlainOpcode, type ValueType } from "./opcodes.ts";
import { opcodeCases } from "./testing/opcode-cases.ts";
import { runFunction } from "./testing/run-function.ts";
import type { Value } from "./value.ts";

// Every opcode is executed here on edge inputs, against what it means in JavaScript.

const ints = [0, 1, -1, 2, 7, 31, 32, 33, -32, 255, 65536, 2147483647, -2147483648, 16777217];
const floats = [0, -0, 1, -1, 0.5, 1.5, 2.5, -2.5, 3, 1e-45, -(2 ** -126), 1e10, -3e38, Infinity, -Infinity, NaN];
const nearest = (x: number): number => {
  const down = Math.floor(x);
  const even = x - down === 0.5 ? down + (Math.abs(down) % 2) : Math.round(x);
  return even === 0 && (x < 0 || Object.is(x, -0)) ? -0 : even;
};
const saturate = (x: number): number =>
  Number.isNaN(x) ? 0 : Math.trunc(Math.min(Math.max(x, -2147483648), 2147483647));
type Meaning = (...args: number[]) => number;

const intMeanings: Partial<Record<PlainOpcode, Meaning>> = {
  "i32.eqz": (a) => Number(a === 0),
  "i32.eq": (a, b) => Number(a === b),
  "i32.ne": (a, b) => Number(a !== b),
  "i32.lt_s": (a, b) => Number(a < b),
  "i32.lt_u": (a, b) => Number(a >>> 0 < b >>> 0),
  "i32.gt_s": (a, b) => Number(a > b),
  "i32.le_s": (a, b) => Number(a <= b),
  "i32.ge_s": (a, b) => Number(a >= b),
  "i32.ge_u": (a, b) => Number(a >>> 0 >= b >>> 0),
  "i32.add": (a, b) => a + b,
  "i32.sub": (a, b) => a - b,
  "i32.mul": (a, b) => Math.imul(a, b),
  "i32.div_s": (a, b) => Math.trunc(a / b),
  "i32.rem_s": (a, b) => a % b,
  "i32.and": (a, b) => a & b,
  "i32.or": (a, b) => a | b,
  "i32.xor": (a, b) => a ^ b,
  "i32.shl": (a, b) => a << b,
  "i32.shr_s": (a, b) => a >> b,
  "i32.shr_u": (a, b) => a >>> b,
};

for (const [op, meaning] of Object.entries(intMeanings) as [PlainOpcode, Meaning][]) {
  test(`${op} on ints`, () => {
    const types = Array<ValueType>(meaning.length).fill("i32");
    const { call } = runFunction(types, "i32", (_, ...args) => operation(op, ...args));
    for (const a of ints) {
      for (const b of ints) {
        expect(
          attempt(() => call(a, b)),
          `${a}, ${b}`,
        ).toBe(traps(op, a, b) ? "trap" : meaning(a, b) | 0);
      }
    }
  });
}

/** Ints cannot be divided by 0, nor the smallest by -1. */
const traps = (op: Opcode, a: number, b: number): boolean =>
  (op === "i32.div_s" && (b === 0 || a / b === 2 ** 31)) || (op === "i32.rem_s" && b === 0);

function attempt(run: () => number): number | "trap" {
  try {
    return run();
  } catch {
    return "trap";
  }
}

const floatMeanings: Partial<Record<PlainOpcode, Meaning>> = {
  "f32.eq": (a, b) => Number(a === b),
  "f32.ne": (a, b) => Number(a !== b),
  "f32.lt": (a, b) => Number(a < b),
  "f32.gt": (a, b) => Number(a > b),
  "f32.abs": (a) => Math.abs(a),
  "f32.neg": (a) => -a,
  "f32.sqrt": (a) => Math.sqrt(a),
  "f32.add": (a, b) => a + b,
  "f32.sub": (a, b) => a - b,
  "f32.mul": (a, b) => a * b,
  "f32.div": (a, b) => a / b,
  "f32.min": (a, b) => Math.min(a, b),
  "f32.max": (a, b) => Math.max(a, b),
};
const comparisons = ["eq", "ne", "lt", "gt", "le", "ge"];

for (const [op, meaning] of Object.entries(floatMeanings) as [PlainOpcode, Meaning][]) {
  test(`${op} on floats`, () => {
    const types = Array<ValueType>(meaning.length).fill("f32");
    const result = comparisons.includes(op.slice(4)) ? "i32" : "f32";
    const { call } = runFunction(types, result, (_, ...args) => operation(op, ...args));
    for (const a of floats.map(Math.fround)) {
      for (const b of floats.map(Math.fround)) expect(call(a, b), `${a}, ${b}`).toBe(Math.fround(meaning(a, b)));
    }
  });
}

/** Vector operations by what they mean for one lane; comparisons give all ones or nothing. */
const vectorMeanings: Partial<Record<PlainOpcode, Meaning>> = {
  "i32x4.eq": (a, b) => -Number(a === b),
  "i32x4.ne": (a, b) => -Number(a !== b),
  "i32x4.lt_s": (a, b) => -Number(a < b),
  "i32x4.lt_u": (a, b) => -Number(a >>> 0 < b >>> 0),
  "i32x4.gt_s": (a, b) => -Number(a > b),
  "i32x4.le_s": (a, b) => -Number(a <= b),
  "i32x4.ge_s": (a, b) => -Number(a >= b),
  "i32x4.abs": (a) => Math.abs(a),
  "i32x4.neg": (a) => -a,
  "i32x4.add": (a, b) => a + b,
  "i32x4.sub": (a, b) => a - b,
  "i32x4.mul": (a, b) => Math.imul(a, b),
  "i32x4.min_s": (a, b) => Math.min(a, b),
  "i32x4.max_s": (a, b) => Math.max(a, b),
  "v128.not": (a) => ~a,
  "v128.and": (a, b) => a & b,
  "v128.andnot": (a, b) => a & ~b,
  "v128.or": (a, b) => a | b,
  "v128.xor": (a, b) => a ^ b,
  "f32x4.eq": (a, b) => -Number(a === b),
  "f32x4.ne": (a, b) => -Number(a !== b),
  "f32x4.lt": (a, b) => -Number(a < b),
  "f32x4.gt": (a, b) => -Number(a > b),
  "f32x4.le": (a, b) => -Number(a <= b),
  "f32x4.ge": (a, b) => -Number(a >= b),
  "f32x4.ceil": (a) => Math.ceil(a),
  "f32x4.floor": (a) => Math.floor(a),
  "f32x4.nearest": nearest,
  "f32x4.abs": (a) => Math.abs(a),
  "f32x4.neg": (a) => -a,
  "f32x4.sqrt": (a) => Math.sqrt(a),
  "f32x4.add": (a, b) => a + b,
  "f32x4.sub": (a, b) => a - b,
  "f32x4.mul": (a, b) => a * b,
  "f32x4.div": (a, b) => a / b,
  "f32x4.min": (a, b) => Math.min(a, b),
  "f32x4.max": (a, b) => Math.max(a, b),
  "f32x4.pmin": (a, b) => (b < a ? b : a),
  "f32x4.pmax": (a, b) => (a < b ? b : a),
  "i32x4.trunc_sat_f32x4_s": saturate,
  "f32x4.convert_i32x4_s": (a) => a,
  "f64x2.floor": (a) => Math.floor(a),
  "f64x2.nearest": nearest,
  "f64x2.abs": (a) => Math.abs(a),
  "f64x2.neg": (a) => -a,
  "f64x2.sqrt": (a) => Math.sqrt(a),
  "f64x2.add": (a, b) => a + b,
  "f64x2.sub": (a, b) => a - b,
  "f64x2.mul": (a, b) => a * b,
  "f64x2.div": (a, b) => a / b,
  "f64x2.min": (a, b) => Math.min(a, b),
  "f64x2.max": (a, b) => Math.max(a, b),
};
const exceptions: Partial<Record<PlainOpcode, readonly [from: Lanes, to: Lanes]>> = {
  "i32x4.trunc_sat_f32x4_s": ["f32", "i32"],
  "f32x4.convert_i32x4_s": ["i32", "f32"],
};
type Lanes = "i32" | "f32" | "f64";
const arrays = { i32: Int32Array, f32: Float32Array, f64: Float64Array };

for (const [op, meaning] of Object.entries(vectorMeanings) as [PlainOpcode, Meaning][]) {
  test(`${op} lane by lane`, () => {
    const own: Lanes = op.startsWith("f64") ? "f64" : op.startsWith("f32") ? "f32" : "i32";
    const [from, to] = exceptions[op] ?? [own, op.startsWith("f32") && comparisons.includes(op.slice(6)) ? "i32" : own];
    const edges = from === "i32" ? ints : floats;
    const pairs = edges.flatMap((a) => edges.map((b) => [a, b]));
    const operands = [0, 1].slice(0, meaning.length).map((side) => arrays[from].from(pairs.map((pair) => pair[side])));
    const words = operands.map((values) => new Int32Array(values.buffer));
    const bits = runVectors(words, (...args) => operation(op, ...args));
    const actual = new arrays[to](bits.buffer);
    const expected = arrays[to].from(pairs.map((_, i) => meaning(...operands.map((values) => values[i]))));
    expect([...actual]).toEqual([...expected]);
  });
}

test.each(["i32x4.shl", "i32x4.shr_s", "i32x4.shr_u"] as const)("%s takes counts modulo 32", (op) => {
  for (const count of [0, 1, 31, 32, 33]) {
    const actual = runVectors([Int32Array.from([...ints, 0, 0])], (a) => operation(op, a, count));
    const meaning = intMeanings[`i32.${op.slice(6)}` as PlainOpcode] as Meaning;
    expect(Array.from(actual.subarray(0, ints.length))).toEqual(ints.map((a) => meaning(a, count) | 0));
  }
});

test.each(["relaxed_madd", "relaxed_nmadd"] as const)("f32x4.%s rounds once or twice", (op) => {
  const operands = [floats, floats.map((x) => x * 0.3 + 1), floats.map((x) => 1 - x)].map((x) => Float32Array.from(x));
  const [a, b, c] = operands;
  const words = operands.map((values) => new Int32Array(values.buffer));
  const actual = new Float32Array(runVectors(words, (x, y, z) => f32x4[op](x, y, z)).buffer);
  for (const [i, x] of a.entries()) {
    const product = op === "relaxed_nmadd" ? -x * b[i] : x * b[i];
    const allowed = [Math.fround(product + c[i]), Math.fround(Math.fround(product) + c[i])];
    expect(
      allowed.some((value) => Object.is(value, actual[i])),
      `${x} × ${b[i]} + ${c[i]} = ${actual[i]}`,
    ).toBe(true);
  }
});

for (const [op, run] of Object.entries(opcodeCases)) {
  test(`${op} by itself`, () => {
    const [actual, expected] = run();
    expect(actual).toEqual(expected);
  });
}

test("every opcode is executed here", () => {
  const elsewhere: Opcode[] = [
    "call",
    "i32x4.shl",
    "i32x4.shr_s",
    "i32x4.shr_u",
    "f32x4.relaxed_madd",
    "f32x4.relaxed_nmadd",
  ];
  const tables = [intMeanings, floatMeanings, vectorMeanings, opcodeCases];
  const tested = new Set<string>([...elsewhere, ...tables.flatMap((table) => Object.keys(table))]);
  expect(Object.keys(instructions).filter((op) => !tested.has(op))).toEqual([]);
});

/** Element i of the result is what the instruction makes of element i of every input, as 32-bit words, four at a time. */
function runVectors(inputs: readonly Int32Array[], compute: (...operands: Value[]) => Value): Int32Array<ArrayBuffer> {
  const count = inputs[0].length;
  const bytes = (count * 4 + 15) & ~15;
  const data = inputs.flatMap((words) => [...new Uint8Array(words.buffer), ...new Uint8Array(bytes - count * 4)]);
  const { call, memory } = runFunction(
    ["i32"],
    null,
    (f, index) =>
      f.forRange(index, bytes, 16, () => {
        const operands = inputs.map((_, input) => v128.load(index, input * bytes));
        f.emit(v128.store(index, compute(...operands), inputs.length * bytes));
      }),
    data,
  );
  call(0);
  return new Int32Array(memory.slice(inputs.length * bytes, inputs.length * bytes + count * 4).buffer);
}
