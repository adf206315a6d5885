import { expect, test } from "vitest";
import { fingerprint } from "./fingerprint.ts";
import { tensor } from "./from-values.ts";
import { randomGenerator } from "./random.ts";
import { slice } from "./slice.ts";
import { transpose } from "./views.ts";

test("the first half is MurmurHash3 of the bytes", () => {
  // published test values of MurmurHash3_x86_32: murmur3_32("", 0) = 0; murmur3_32("test", 0) = 0xba6bd213; "test" as a little-endian word
  expect(fingerprint(tensor(new Int32Array(0)))).toMatch(/^int32\[0\]00000000/);
  expect(fingerprint(tensor(new Int32Array([0x74736574])))).toMatch(/^int32\[1\]ba6bd213/);
});

test("equal numbers in another place have the same text, whatever their strides", () => {
  const table = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const text = fingerprint(table);
  expect(fingerprint(tensor([1, 2, 3, 4, 5, 6], { shape: [2, 3] }))).toBe(text);
  const turned = tensor([
    [1, 4],
    [2, 5],
    [3, 6],
  ]);
  expect(fingerprint(transpose(turned))).toBe(text);
  const bytes = tensor(new Uint8Array([9, 1, 2, 3, 4, 5, 6, 7]));
  expect(fingerprint(slice(bytes, [[1, null]]))).toBe(fingerprint(tensor(new Uint8Array([1, 2, 3, 4, 5, 6, 7]))));
});

test("dtype, shape, every element and its place count", () => {
  const texts = [
    tensor([1, 2]),
    tensor([2, 1]),
    tensor([1, -2]),
    tensor([-1, -2]),
    tensor([[1, 2]]),
    tensor([1, 2, 0]),
    tensor([1, 2], { dtype: "float64" }),
    tensor([1, 2], { dtype: "int32" }),
    tensor(new Uint8Array([1, 2])),
    tensor(new Uint8Array([1, 2, 0])),
  ].map(fingerprint);
  expect(new Set(texts).size).toBe(texts.length);
});

test("any one bit that changes, changes the text in both halves", () => {
  const { data } = randomGenerator(5).uniform([9], { dtype: "float64" });
  const words = new Int32Array(data.buffer);
  const before = fingerprint(tensor(words)).slice(-16);
  for (let bit = 0; bit < 32 * words.length; bit++) {
    words[bit >> 5] ^= 1 << (bit & 31);
    const after = fingerprint(tensor(words)).slice(-16);
    expect(after.slice(0, 8)).not.toBe(before.slice(0, 8));
    expect(after.slice(8)).not.toBe(before.slice(8));
    words[bit >> 5] ^= 1 << (bit & 31);
  }
});
