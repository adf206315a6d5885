import { at, randomGenerator } from "@fovea/tensor";
import { expect, test } from "vitest";
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
