import { activations } from "@fovea/block-operations";
import { rotaryTables } from "@fovea/embedding";
import { trace } from "@fovea/program";
import { readValues, slice, tensor, transpose } from "@fovea/tensor";
import { describe, expect, test } from "vitest";
import { activate } from "./activate.ts";
import { fill, matrixOf, normalized, rowwise, turned } from "./judge.ts";
import { normal, type OperationSuite } from "./operation-suite.ts";

/** Radians that a wave turns from one position to the next (RoFormer, eq. 15). */
const angles = (wave: number, rotaryDim: number): number => 10_000 ** ((-2 * wave) / rotaryDim);

/** Operations that do the same to every row or number: norms, rotary, maps, sums, means. */
export function describeRows(suite: OperationSuite): void {
  const { place, expectResult } = suite;
  describe("layerNorm and rmsNorm", () => {
    test.each([1, 3, 8, 37, 250])("rows of %i, with and without parameters", async (columns) => {
      const [x, scale, bias] = [normal(21, [2, 5, columns], 3), normal(22, [columns]), normal(23, [columns])];
      const layer = { center: true, epsilon: 1e-5 };
      const root = { center: false, epsilon: 1e-5 };
      await expectResult(() => suite.operations.layerNorm(place(x)), normalized(x, layer));
      await expectResult(
        () => suite.operations.layerNorm(place(x), { scale: place(scale), bias: place(bias), epsilon: 1e-3 }),
        normalized(x, { center: true, epsilon: 1e-3 }, scale, bias),
      );
      await expectResult(() => suite.operations.rmsNorm(place(x)), normalized(x, root));
      await expectResult(
        () => suite.operations.rmsNorm(place(x), { scale: place(scale), epsilon: 0.5 }),
        normalized(x, { center: false, epsilon: 0.5 }, scale),
      );
    });

    test("a row far from 0 keeps what float32 holds of it, a constant one becomes 0", async () => {
      const x = tensor(
        Float32Array.from({ length: 60 }, (_, index) => (index < 30 ? 4096 + (index % 10) : 7)),
        { shape: [2, 30] },
      );
      const expected = normalized(x, { center: true, epsilon: 1e-5 });
      await expectResult(() => suite.operations.layerNorm(place(x)), expected);
      expect(Array.from(readValues(slice(expected, [1])))).toEqual(Array(30).fill(0));
    });

    test("NaN stays in its own row", async () => {
      const x = tensor([
        [1, NaN, 3],
        [1, 2, 4],
      ]);
      const expected = normalized(x, { center: true, epsilon: 1e-5 });
      await expectResult(() => suite.operations.layerNorm(place(x)), expected);
      expect(readValues(expected).findLastIndex(Number.isNaN)).toBe(2);
    });
  });

  describe("rotary", () => {
    test.each([
      ["interleaved", 2, 2],
      ["interleaved", 10, 6],
      ["interleaved", 64, 64],
      ["halves", 10, 6],
      ["halves", 70, 38],
    ] as const)("%s: heads of %i, of which %i turn", async (layout, headDim, rotaryDim) => {
      const x = normal(24, [2, 3, 5, headDim]);
      const { cos, sin } = rotaryTables({ rotaryDim, positions: 40 });
      const tables = { cos: place(cos), sin: place(sin) };
      const at = [3, 1, 4, 1, 5, 9, 2, 6, 5, 35];
      const positions = place(tensor(Int32Array.from(at), { shape: [2, 5] }));
      const from = (first: number) => (_: number, token: number, wave: number) =>
        (first + token) * angles(wave, rotaryDim);
      const given = (batch: number, token: number, wave: number): number =>
        at[batch * 5 + token] * angles(wave, rotaryDim);
      await expectResult(
        () => suite.operations.rotary(place(x), tables, { layout }),
        turned(x, rotaryDim, layout, from(0)),
      );
      await expectResult(
        () => suite.operations.rotary(place(x), tables, { layout, positions: 7 }),
        turned(x, rotaryDim, layout, from(7)),
      );
      await expectResult(
        () => suite.operations.rotary(place(x), tables, { layout, positions }),
        turned(x, rotaryDim, layout, given),
      );
      await expectResult(
        () => suite.operations.rotary(place(x), tables, { layout, positions, inverse: true }),
        turned(x, rotaryDim, layout, (...place) => -given(...place)),
      );
    });
  });

  describe("map", () => {
    const x = fill([3, 41], (index) => (index - 61) / 10);
    const rows = matrixOf(x);
    test.each(activations)("%s", async (name) => {
      const expected = rowwise(x, 41, (row, column) => activate[name](rows.at(row, column)));
      await expectResult(() => suite.operations.map(place(tensor(x, { dtype: "float32" })), name), expected);
    });

    test.each([
      ["relu", Infinity, 0],
      ["gelu", Infinity, 0],
      ["geluTanh", Infinity, 0],
      ["silu", Infinity, 0],
      ["tanh", 1, -1],
      ["sigmoid", 1, 0],
    ] as const)("%s far out: %d to the right, %d to the left; NaN stays", async (name, right, left) => {
      const ends = await suite.read(suite.operations.map(place(tensor([Infinity, 500, NaN, -500])), name));
      const [infinite, far, nothing, near] = readValues(ends);
      expect(nothing).toBeNaN();
      // an infinity is none but itself
      expect(right === 1 ? infinite - 1 : 1 / infinite).toBeCloseTo(0, 6);
      expect([far, near].map((value) => Number(value.toFixed(5)))).toEqual([right === 1 ? 1 : 500, left]);
    });

    test("a program of the number", async () => {
      const program = trace(({ score }) => score.multiply(score).add(1).log());
      const expected = rowwise(x, 41, (row, column) => Math.log(rows.at(row, column) ** 2 + 1));
      await expectResult(() => suite.operations.map(place(tensor(x, { dtype: "float32" })), program), expected);
    });
  });

  describe("add, meanRows, contiguous", () => {
    test("b has a's shape or its last axes", async () => {
      const a = normal(25, [3, 4, 7]);
      const left = readValues(a);
      for (const shape of [[3, 4, 7], [4, 7], [7]]) {
        const b = normal(26, shape);
        const right = readValues(b);
        const expected = fill([3, 4, 7], (index) => left[index] + right[index % right.length]);
        await expectResult(() => suite.operations.add(place(a), place(b)), expected);
      }
    });

    test.each([1, 7, 37])("the mean of each stretch of rows of %i", async (columns) => {
      const x = normal(27, [2, 5, columns]);
      const rows = matrixOf(x);
      const mean = (from: number, to: number, column: number): number => {
        let sum = 0;
        for (let row = from; row < to; row++) sum += rows.at(row, column);
        return sum / (to - from);
      };
      const ends = [0, 1, 4, 10];
      const expected = fill([3, columns], (index) => {
        const stretch = Math.floor(index / columns);
        return mean(ends[stretch], ends[stretch + 1], index % columns);
      });
      await expectResult(() => suite.operations.meanRows(place(x), [1, 3, 6]), expected);
    });

    test("the mean of no stretches has no rows", async () => {
      await expectResult(
        () => suite.operations.meanRows(place(normal(28, [0, 3])), []),
        fill([0, 3], () => 0),
      );
    });

    test("a turned tensor in row-major order has the same numbers", async () => {
      const x = transpose(normal(29, [4, 6]));
      const result = await suite.read(suite.operations.contiguous(place(x)));
      expect(result.shape).toEqual([6, 4]);
      expect(Array.from(readValues(result))).toEqual(Array.from(readValues(x)));
    });
  });
}
