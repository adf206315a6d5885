import { assertAllClose, tensor, toArray, toNested } from "@fovea/tensor";
import { expect, test } from "vitest";
import { EmbeddingError } from "./embedding-error.ts";
import { rotaryTables } from "./rotary-tables.ts";

test("one position is position 0, which turns nothing", () => {
  const { cos, sin } = rotaryTables({ positions: 1, rotaryDim: 4 });
  expect([cos.dtype, toNested(cos), toNested(sin)]).toEqual(["float32", [[1, 1]], [[0, 0]]]);
});

test("the base is 10000 where none is given", () => {
  // frequencies 1 and 10000^(-2/4) = 1/100; the figures are from a table of trigonometric functions
  const { cos, sin } = rotaryTables({ positions: 2, rotaryDim: 4 });
  const close = { absolute: 1e-6, relative: 0 };
  assertAllClose(cos, tensor([[1, 1], [0.540302, 0.99995]]), close); // prettier-ignore
  assertAllClose(sin, tensor([[0, 0], [0.841471, 0.0099998]]), close); // prettier-ignore
  // 16^(-2/4) = 1/4: position 4 turns the second pair by 1
  expect(rotaryTables({ positions: 5, rotaryDim: 4, base: 16 }).sin.data[9]).toBeCloseTo(0.841471, 6);
});

test("two dimensions are the fewest, one position the fewest", () => {
  expect(rotaryTables({ positions: 3, rotaryDim: 2 }).cos.shape).toEqual([3, 1]);
  for (const rotaryDim of [0, 1, -2, 2.5])
    expect(() => rotaryTables({ positions: 1, rotaryDim })).toThrow(EmbeddingError);
  for (const positions of [0, -1, 1.5, NaN]) {
    expect(() => rotaryTables({ positions, rotaryDim: 4 })).toThrow("positions must be a whole number of at least 1");
  }
});

test("positions given as numbers may be fractions, and keep their axes", () => {
  const { cos, sin } = rotaryTables({ positions: tensor([[0, 0.5], [1, 2]]), rotaryDim: 2 }); // prettier-ignore
  expect([cos.shape, sin.shape]).toEqual([[2, 2, 1], [2, 2, 1]]); // prettier-ignore
  for (const [i, sine] of [0, 0.479426, 0.841471, 0.909297].entries()) expect(toArray(sin)[i]).toBeCloseTo(sine, 6);
});

test("YaRN's magnitude is in both tables", () => {
  const scaling = { type: "yarn", factor: 2, trainedLength: 64, magnitude: 3 } as const;
  const { cos, sin } = rotaryTables({ positions: 2, rotaryDim: 2, scaling });
  expect(cos.data[0]).toBe(3);
  // one wave, which turns 10 times in 64 tokens: between 32 and 1, on a ramp from 0 to wave 1, so not divided
  expect(sin.data[1]).toBeCloseTo(3 * 0.841471, 5);
});
