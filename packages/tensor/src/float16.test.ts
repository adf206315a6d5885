import { expect, test } from "vitest";
import { fromFloat16Bits, toFloat16Bits } from "./index.ts";

const everyBits = Array.from({ length: 0x10000 }, (_, bits) => bits);

// Bit patterns from IEEE 754-2019, table 3.5, and the examples of Wikipedia's "Half-precision floating-point format".
const landmarks: [number, number][] = [
  [0x0000, 0],
  [0x8000, -0],
  [0x0001, 2 ** -24],
  [0x03ff, 2 ** -14 * (1023 / 1024)],
  [0x0400, 2 ** -14],
  [0x3555, 0.333251953125],
  [0x3bff, 0.99951171875],
  [0x3c00, 1],
  [0x3c01, 1.0009765625],
  [0xc000, -2],
  [0x7bff, 65504],
  [0x7c00, Infinity],
  [0xfc00, -Infinity],
];

test.each(landmarks)("bits %i stand for %d", (bits, value) => {
  expect(fromFloat16Bits(bits)).toBe(value);
  expect(toFloat16Bits(value)).toBe(bits);
});

test("every bit pattern comes back, NaN as NaN", () => {
  const lost = everyBits.filter(
    (bits) => !Object.is(fromFloat16Bits(toFloat16Bits(fromFloat16Bits(bits))), fromFloat16Bits(bits)),
  );
  const changed = everyBits.filter((bits) => toFloat16Bits(fromFloat16Bits(bits)) !== bits);
  expect(lost).toEqual([]);
  expect(changed.every((bits) => (bits & 0x7fff) > 0x7c00)).toBe(true); // only NaNs, which have many patterns
});

test("half-way goes to the even neighbor, anything beyond half-way to the nearer one", () => {
  const wrong = everyBits.slice(0, 0x7bff).filter((bits) => {
    const middle = (fromFloat16Bits(bits) + fromFloat16Bits(bits + 1)) / 2; // exact in float64
    const tiny = middle * 2 ** -50; // far below float32's last bit: a detour through float32 would lose it
    const even = bits % 2 === 0 ? bits : bits + 1;
    const nearest = toFloat16Bits(middle - tiny) === bits && toFloat16Bits(middle + tiny) === bits + 1;
    return !nearest || toFloat16Bits(middle) !== even || toFloat16Bits(-middle) !== (even | 0x8000);
  });
  expect(wrong).toEqual([]);
});

test("from 65520 on everything is Infinity, below it 65504", () => {
  expect(toFloat16Bits(65520 - 2 ** -30)).toBe(0x7bff);
  expect(toFloat16Bits(65520)).toBe(0x7c00);
  expect(toFloat16Bits(-1e300)).toBe(0xfc00);
});

test("the smallest subnormal is half of 2^-24 rounded up, and half of it is zero", () => {
  expect(toFloat16Bits(2 ** -25)).toBe(0);
  expect(toFloat16Bits(2 ** -25 * (1 + 2 ** -40))).toBe(1);
  expect(toFloat16Bits(-1e-320)).toBe(0x8000);
});
