import { at, randomGenerator } from "@fovea/tensor";
import { expect, test } from "vitest";
import { plainRowExponentials } from "./row-exponentials.ts";
import { RowMemory } from "./row-memory.ts";
import { plainRowProduct } from "./row-product.ts";

const random = randomGenerator(2);

test.each([
  [2, 8],
  [64, 128],
  [7, 13],
  [1, 1],
  [172, 64],
])("a row of %d times a matrix of %d columns, in WebAssembly and in plain loops", (rows, columns) => {
  const memory = new RowMemory();
  const left = random.normal([rows, Math.ceil(columns / 2)]);
  const right = random.normal([rows, Math.floor(columns / 2) + 1]);
  const { address, inner, panels } = memory.pack(left, right);
  const vector = Array.from({ length: rows }, () => random.next() - 0.5);
  const x = memory.allocate(inner);
  memory.numbers.set(vector, x);
  const y = memory.allocate(panels * 8);
  const total = left.shape[1] + right.shape[1];
  for (const product of [memory.product, plainRowProduct(() => memory.numbers)]) {
    memory.numbers.fill(Number.NaN, y, y + panels * 8);
    product(x, address, y, inner, panels);
    for (let column = 0; column < total; column++) {
      const [matrix, own] = column < left.shape[1] ? [left, column] : [right, column - left.shape[1]];
      const expected = vector.reduce((sum, value, row) => sum + value * at(matrix, row, own), 0);
      expect(memory.numbers[y + column]).toBeCloseTo(expected, 4);
    }
  }
});

test("memory that grows keeps what it holds, blocks do not overlap", () => {
  const memory = new RowMemory();
  const blocks = Array.from({ length: 20 }, (_, i) => {
    const address = memory.allocate(3000);
    memory.numbers.fill(i + 1, address, address + 3000);
    return address;
  });
  for (const [i, address] of blocks.entries()) {
    expect(memory.numbers.subarray(address, address + 3000).every((value) => value === i + 1)).toBe(true);
  }
});

test("exponentials are Math.exp's to float32's accuracy, and 0 where they are tiny", () => {
  const memory = new RowMemory();
  const values = [0, -1e-7, -0.3, -1, -2.5, -10, -40, -86, -200, -1e30, -Infinity, -0.7];
  const at = memory.allocate(values.length);
  for (const exponentials of [memory.exponentials, plainRowExponentials(() => memory.numbers)]) {
    for (const most of [0, 3.5]) {
      memory.numbers.set(
        values.map((value) => value + most),
        at,
      );
      const given = Array.from(memory.numbers.subarray(at, at + values.length));
      const sum = exponentials(at, values.length, most);
      const expected = given.map((value) => Math.exp(value - most));
      for (const [i, value] of expected.entries()) {
        expect(Math.abs(memory.numbers[at + i] - value)).toBeLessThanOrEqual(4e-7 * value + 1e-37);
      }
      expect(sum).toBeCloseTo(
        expected.reduce((total, value) => total + value, 0),
        5,
      );
    }
  }
});
