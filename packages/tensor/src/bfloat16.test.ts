import { expect, test } from "vitest";
import { fromBfloat16Bits, toBfloat16Bits } from "./index.ts";

// bfloat16 is the upper half of a float32: 1 = 0x3f80 0000, pi = 0x4049 0fdb.
test.each<[number, number]>([
  [0x0000, 0],
  [0x8000, -0],
  [0x3f80, 1],
  [0xc000, -2],
  [0x4049, 3.140625],
  [0x0001, 2 ** -133],
  [0x7f7f, 2 ** 127 * (2 - 2 ** -7)],
  [0x7f80, Infinity],
  [0xff80, -Infinity],
])("bits %i stand for %d", (bits, value) => {
  expect(fromBfloat16Bits(bits)).toBe(value);
  expect(toBfloat16Bits(value)).toBe(bits);
});

test("half-way goes to the even neighbor, anything beyond half-way to the nearer one", () => {
  const finite = Array.from({ length: 0x7f7f }, (_, bits) => bits);
  const wrong = finite.filter((bits) => {
    const middle = (fromBfloat16Bits(bits) + fromBfloat16Bits(bits + 1)) / 2; // exact in float64
    const tiny = middle * 2 ** -50; // far below float32's last bit: a detour through float32 would lose it
    const even = bits % 2 === 0 ? bits : bits + 1;
    const nearest = toBfloat16Bits(middle - tiny) === bits && toBfloat16Bits(middle + tiny) === bits + 1;
    return !nearest || toBfloat16Bits(middle) !== even;
  });
  expect(wrong).toEqual([]);
});

test("NaN stays NaN, whatever its bits, and too large becomes Infinity", () => {
  expect(fromBfloat16Bits(toBfloat16Bits(NaN))).toBeNaN();
  expect(toBfloat16Bits(3.4e38)).toBe(0x7f80);
  expect(toBfloat16Bits(-1e300)).toBe(0xff80);
});
